package find

import "strings"

// The ids of India.
var indianRules = []rule{
	{inPAN, "L5d4L1", "10", .75, .95, func(b []byte) bool { return strings.IndexByte("ABCFGHJLPT", b[3]) >= 0 }},
	{inAadhaar, "d12", "4 4 4|4-4-4", .75, .99, aadhaar},
	{inAadhaar, "d12", "12", .5, .95, aadhaar},
	{inGSTIN, "d2L5d4L1A1L1A1", "15", .95, .99, gstin},
	{inVoter, "L3d7", "10", .4, .9, nil},
	{inPassport, "L1d7", "8|1 7|3 5", 0, .8, nil},
	{inVehicle, "L2d2L2d4", "10|2 2 2 4|4 2 4|2-2-2-4|4-2-4", .5, .9, indianState},
	{inVehicle, "L2d2L1d4", "9|2 2 1 4|4 1 4|2-2-1-4", .5, .9, indianState},
	{inVehicle, "L2d1L2d4", "9|2 1 2 4|3 2 4|2-1-2-4", .5, .9, indianState},
}

// aadhaar: no number begins with 0 or 1; a time written as 12 digits is none.
func aadhaar(b []byte) bool {
	if b[0] < '2' || string(b[:2]) == "20" && day(number(b[4:6]), number(b[6:8])) && number(b[8:10]) < 24 && number(b[10:]) < 60 {
		return false
	}
	return verhoeff(b)
}

func gstin(b []byte) bool {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	sum := 0
	for i, c := range b[:14] {
		v := strings.IndexByte(alphabet, c) * (i%2 + 1)
		sum += v/36 + v%36
	}
	state := number(b[:2])
	return state > 0 && (state <= 38 || state >= 97) && b[13] == 'Z' && alphabet[(36-sum%36)%36] == b[14]
}

func indianState(b []byte) bool {
	const states = " AN AP AR AS BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TN TR TS UK UP WB "
	return strings.Contains(states, " "+string(b[:2])+" ")
}
