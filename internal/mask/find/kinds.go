package find

// kind is a Type as its place in the catalogue.
type kind uint8

const (
	// Global
	emailAddress kind = iota
	phoneNumber
	creditCard
	cardTrack
	ibanCode
	swiftCode
	crypto
	ipAddress
	macAddress
	imei
	vin
	url
	domainName
	dateOfBirth
	dateTime
	age
	title
	zipCode
	medicalRecord
	passport
	driverLicense

	// Secrets
	awsCredentials
	azureToken
	gcpAPIKey
	gcpCredentials
	authToken
	jsonWebToken
	encryptionKey
	password
	basicAuth
	secret

	// US
	usSSN
	usITIN
	usEIN
	usBank
	usRouting
	usPassport
	usDriverLicense
	usNPI
	usMBI
	medicalLicense

	// GB
	ukNHS
	ukNINO
	ukPassport
	ukDrivingLicence
	ukVehicle
	ukPostcode
	ukUTR

	// ES
	esNIF
	esNIE

	// IT
	itFiscalCode
	itVAT
	itIdentityCard

	// FR
	frNIR

	// DE
	deTaxID
	deSocialSecurity
	deHealthInsurance
	deIDCard
	dePassport
	deKFZ

	// Europe
	atSVNR
	chAHV
	nlBSN
	beNational
	sePersonnummer
	fiHETU
	dkCPR
	noFodselsnummer
	ptNIF
	iePPS
	plPESEL
	plNIP
	czBirthNumber
	roCNP
	bgEGN
	hrOIB
	eeIsikukood
	grAMKA

	// India
	inPAN
	inAadhaar
	inGSTIN
	inVoter
	inPassport
	inVehicle

	// Others
	auABN
	auACN
	auTFN
	auMedicare
	sgNRIC
	sgUEN
	krRRN
	caSIN
	zaID
	thTNIN
	trTCKN
	brCPF
	brCNPJ
	mxCURP
	jpMyNumber
	cnResidentID
	hkID
	twID
	clRUT
	arCUIT
	ilID
	phTIN
	ngNIN
)

var catalogue = [...]entry{
	// Global
	emailAddress:  {Type{Name: "EMAIL_ADDRESS", About: "E-mail address, also with a Unicode domain or as name [at] example [dot] com"}, "email mail"},
	phoneNumber:   {Type{Name: "PHONE_NUMBER", Check: "country code and length", About: "Telephone number, international or national, with extension"}, "phone phones telephone tel telefon telefonnummer téléphone teléfono telefono telefone call calling called ring dial fax mobile cell cellphone portable handy móvil cellulare celular whatsapp sms text office desk reach answering contact hotline landline rufnummer appeler llamar chiamare 电话 手机 手机号 電話 電話番号 携帯 전화 전화번호"},
	creditCard:    {Type{Name: "CREDIT_CARD", Check: "Luhn, issuer and length", About: "Payment card number"}, "card visa mastercard amex maestro credit debit karte carte tarjeta carta discover cc pan"},
	cardTrack:     {Type: Type{Name: "CREDIT_CARD_TRACK_NUMBER", Check: "Luhn", About: "Magnetic stripe data of a payment card, track 1 or 2"}},
	ibanCode:      {Type{Name: "IBAN_CODE", Check: "ISO 7064 mod 97, length of the country", About: "International bank account number"}, "iban account konto compte cuenta conto bank rekening"},
	swiftCode:     {Type{Name: "SWIFT_CODE", Check: "country", About: "Bank identifier code (BIC, ISO 9362)"}, "swift bic"},
	crypto:        {Type{Name: "CRYPTO", Check: "base58check, bech32; Ethereum by form", About: "Address of a crypto wallet: Bitcoin, Ethereum; of others with a word for it"}, "bitcoin btc wallet ethereum eth crypto solana sol xrp ripple tron monero xmr doge"},
	ipAddress:     {Type{Name: "IP_ADDRESS", About: "IPv4 or IPv6 address other than loopback and unspecified"}, "ip ipv"},
	macAddress:    {Type{Name: "MAC_ADDRESS", About: "Hardware address of a network interface"}, "mac bssid"},
	imei:          {Type{Name: "IMEI_HARDWARE_ID", Check: "Luhn", About: "Id of a mobile device"}, "imei"},
	vin:           {Type{Name: "VEHICLE_IDENTIFICATION_NUMBER", Check: "ISO 3779 check digit", About: "Vehicle identification number"}, "vin chassis vehicle fahrgestellnummer"},
	url:           {Type: Type{Name: "URL", Loose: true, About: "Web address with a scheme"}},
	domainName:    {Type: Type{Name: "DOMAIN_NAME", Loose: true, Check: "known top-level domain", About: "Domain name without a scheme"}},
	dateOfBirth:   {Type{Name: "DATE_OF_BIRTH", Check: "calendar", About: "Date with a word of birth near"}, "birth born dob birthday birthdate geburtsdatum geboren geburtstag geb naissance né née nacimiento nacido nacida nascita nato nata geboortedatum urodzenia nascimento"},
	dateTime:      {Type: Type{Name: "DATE_TIME", Loose: true, Check: "calendar", About: "Date, time, year or day of the week"}},
	age:           {Type: Type{Name: "AGE", Loose: true, About: "Age of a person"}},
	title:         {Type: Type{Name: "TITLE", Loose: true, About: "Form of address: Mr., Mrs., Dr."}},
	zipCode:       {Type{Name: "ZIP_CODE", Loose: true, About: "Postal code with a word or state for it"}, "zip zipcode postcode postal plz postleitzahl cap postale cep pincode"},
	medicalRecord: {Type{Name: "MEDICAL_RECORD_NUMBER", About: "Medical record number after a word for it"}, "mrn medical chart krankenakte"},
	passport:      {Type{Name: "PASSPORT", About: "Passport number after a word for it, of any country"}, "passport reisepass passeport pasaporte passaporto paspoort"},
	driverLicense: {Type{Name: "DRIVERS_LICENSE_NUMBER", About: "Driving licence number after a word for it, of any country"}, "driver drivers dl führerschein führerscheinnummer permis conducir patente rijbewijs"},

	// Secrets
	awsCredentials: {Type{Name: "AWS_CREDENTIALS", About: "AWS access key id or secret access key"}, "aws amazon secret"},
	azureToken:     {Type{Name: "AZURE_AUTH_TOKEN", About: "Azure storage key, shared access signature or Entra client secret"}, "azure entra"},
	gcpAPIKey:      {Type: Type{Name: "GCP_API_KEY", About: "Google API key"}},
	gcpCredentials: {Type: Type{Name: "GCP_CREDENTIALS", About: "Google OAuth token or client secret"}},
	authToken:      {Type: Type{Name: "AUTH_TOKEN", About: "Token of a known maker: GitHub, GitLab, Slack, Stripe, OpenAI, Anthropic, npm, PyPI and others"}},
	jsonWebToken:   {Type: Type{Name: "JSON_WEB_TOKEN", Check: "header decodes", About: "JSON Web Token"}},
	encryptionKey:  {Type: Type{Name: "ENCRYPTION_KEY", About: "Private key in PEM"}},
	password:       {Type: Type{Name: "PASSWORD", About: "Password in an assignment, a sentence or a URL"}},
	basicAuth:      {Type: Type{Name: "BASIC_AUTH_HEADER", Check: "base64 with a colon", About: "Credentials of an Authorization header"}},
	secret:         {Type: Type{Name: "SECRET", Check: "digits, letters, variety", About: "Random value that is assigned to a name such as api_key"}},

	// US
	usSSN:           {Type{Name: "US_SSN", Country: "US", Check: "area, group and serial", About: "Social security number"}, "ssn ssns social"},
	usITIN:          {Type{Name: "US_ITIN", Country: "US", Check: "range", About: "Individual taxpayer identification number"}, "itin taxpayer tin tax"},
	usEIN:           {Type{Name: "US_EMPLOYER_IDENTIFICATION_NUMBER", Country: "US", About: "Employer identification number, after a word for it"}, "ein employer fein tax"},
	usBank:          {Type{Name: "US_BANK_NUMBER", Country: "US", About: "Bank account number after a word for it"}, "account acct bank checking savings"},
	usRouting:       {Type{Name: "US_BANK_ROUTING_MICR", Country: "US", Check: "ABA check digit", About: "Bank routing number, with a word for it"}, "routing aba rtn micr transit ach"},
	usPassport:      {Type{Name: "US_PASSPORT", Country: "US", About: "Passport number after a word for it"}, "passport"},
	usDriverLicense: {Type{Name: "US_DRIVER_LICENSE", Country: "US", Check: "form of a state", About: "Driver's licence number after a word for it"}, "driver drivers dl"},
	usNPI:           {Type{Name: "US_NPI", Country: "US", Check: "Luhn with 80840", About: "National provider identifier, with a word for it"}, "npi provider"},
	usMBI:           {Type{Name: "US_MBI", Country: "US", Check: "form", About: "Medicare beneficiary identifier"}, "mbi medicare"},
	medicalLicense:  {Type{Name: "MEDICAL_LICENSE", Country: "US", Check: "DEA check digit", About: "DEA number of a practitioner"}, "dea prescriber medical"},

	// GB
	ukNHS:            {Type{Name: "UK_NHS", Country: "GB", Check: "mod 11", About: "NHS number"}, "nhs patient health"},
	ukNINO:           {Type{Name: "UK_NINO", Country: "GB", Check: "prefix", About: "National insurance number"}, "nino ni insurance"},
	ukPassport:       {Type{Name: "UK_PASSPORT", Country: "GB", About: "Passport number after a word for it"}, "passport"},
	ukDrivingLicence: {Type{Name: "UK_DRIVING_LICENCE", Country: "GB", Check: "date and form", About: "Driving licence number"}, "driving licence license dvla"},
	ukVehicle:        {Type{Name: "UK_VEHICLE_REGISTRATION", Country: "GB", Check: "form", About: "Vehicle registration, current style, with a word for it"}, "vehicle registration reg plate car vrm plates"},
	ukPostcode:       {Type{Name: "UK_POSTCODE", Country: "GB", Check: "form", About: "Postcode"}, "postcode post address"},
	ukUTR:            {Type{Name: "UK_TAXPAYER_REFERENCE", Country: "GB", Check: "mod 11", About: "Unique taxpayer reference, with a word for it"}, "utr taxpayer tax hmrc"},

	// ES
	esNIF: {Type{Name: "ES_NIF", Country: "ES", Check: "mod 23", About: "DNI and NIF"}, "dni nif"},
	esNIE: {Type{Name: "ES_NIE", Country: "ES", Check: "mod 23", About: "Foreigner's number"}, "nie extranjero"},

	// IT
	itFiscalCode:   {Type{Name: "IT_FISCAL_CODE", Country: "IT", Check: "check character", About: "Codice fiscale"}, "fiscale cf"},
	itVAT:          {Type{Name: "IT_VAT_CODE", Country: "IT", Check: "Luhn", About: "Partita IVA, with a word for it"}, "iva partita piva vat"},
	itIdentityCard: {Type{Name: "IT_IDENTITY_CARD", Country: "IT", Check: "form", About: "Carta d'identità, with a word for it"}, "identità identita cie"},

	// FR
	frNIR: {Type{Name: "FR_NIR", Country: "FR", Check: "mod 97", About: "Social security number (NIR, INSEE)"}, "nir insee sécurité securite sociale secu sécu vitale"},

	// DE
	deTaxID:           {Type{Name: "DE_TAX_ID", Country: "DE", Check: "ISO 7064 mod 11,10", About: "Steuerliche Identifikationsnummer"}, "steuer steuerid identifikationsnummer idnr tin"},
	deSocialSecurity:  {Type{Name: "DE_SOCIAL_SECURITY", Country: "DE", Check: "check digit, date", About: "Rentenversicherungsnummer"}, "rentenversicherung rentenversicherungsnummer sozialversicherungsnummer rvnr svnr versicherungsnummer"},
	deHealthInsurance: {Type{Name: "DE_HEALTH_INSURANCE", Country: "DE", Check: "check digit", About: "Krankenversichertennummer"}, "krankenversicherung krankenversichertennummer kvnr krankenkasse versichertennummer"},
	deIDCard:          {Type{Name: "DE_ID_CARD", Country: "DE", Check: "ICAO check digit", About: "Personalausweis, with a word for it"}, "personalausweis ausweis ausweisnummer personalausweisnummer identity id"},
	dePassport:        {Type{Name: "DE_PASSPORT", Country: "DE", Check: "ICAO check digit", About: "Reisepass, with a word for it"}, "reisepass reisepassnummer passnummer pass passport"},
	deKFZ:             {Type{Name: "DE_KFZ", Country: "DE", Check: "form", About: "Licence plate, with a word for it"}, "kennzeichen kfz autokennzeichen nummernschild"},

	// Europe
	atSVNR:          {Type{Name: "AT_SVNR", Country: "AT", Check: "mod 11, date", About: "Sozialversicherungsnummer"}, "svnr sozialversicherungsnummer sv sozialversicherung"},
	chAHV:           {Type{Name: "CH_AHV", Country: "CH", Check: "EAN-13", About: "AHV number"}, "ahv avs ssn"},
	nlBSN:           {Type{Name: "NL_BSN", Country: "NL", Check: "11 test", About: "Burgerservicenummer, with a word for it"}, "bsn burgerservicenummer sofinummer citizen dutch"},
	beNational:      {Type{Name: "BE_NATIONAL_NUMBER", Country: "BE", Check: "mod 97, date", About: "Rijksregisternummer, numéro national"}, "rijksregisternummer rijksregister national registre insz niss"},
	sePersonnummer:  {Type{Name: "SE_PERSONNUMMER", Country: "SE", Check: "Luhn, date", About: "Personnummer"}, "personnummer pnr"},
	fiHETU:          {Type{Name: "FI_PERSONAL_IDENTITY_CODE", Country: "FI", Check: "mod 31, date", About: "Henkilötunnus"}, "hetu henkilötunnus"},
	dkCPR:           {Type{Name: "DK_CPR", Country: "DK", Check: "date", About: "CPR number"}, "cpr personnummer"},
	noFodselsnummer: {Type{Name: "NO_FODSELSNUMMER", Country: "NO", Check: "mod 11 twice, date", About: "Fødselsnummer"}, "fødselsnummer fodselsnummer personnummer"},
	ptNIF:           {Type{Name: "PT_NIF", Country: "PT", Check: "mod 11", About: "Número de identificação fiscal, with a word for it"}, "nif contribuinte fiscal tax vat"},
	iePPS:           {Type{Name: "IE_PPS", Country: "IE", Check: "mod 23", About: "Personal public service number"}, "pps ppsn"},
	plPESEL:         {Type{Name: "PL_PESEL", Country: "PL", Check: "weights, date", About: "PESEL"}, "pesel"},
	plNIP:           {Type{Name: "PL_NIP", Country: "PL", Check: "mod 11", About: "Tax number (NIP), with a word for it"}, "nip podatkowej tax vat"},
	czBirthNumber:   {Type{Name: "CZ_BIRTH_NUMBER", Country: "CZ", Check: "mod 11, date", About: "Rodné číslo, also of Slovakia"}, "rodné rodne rč rc číslo"},
	roCNP:           {Type{Name: "RO_CNP", Country: "RO", Check: "weights, date", About: "Cod numeric personal"}, "cnp personal"},
	bgEGN:           {Type{Name: "BG_EGN", Country: "BG", Check: "weights, date", About: "EGN, with a word for it"}, "egn егн bulgarian"},
	hrOIB:           {Type{Name: "HR_OIB", Country: "HR", Check: "ISO 7064 mod 11,10", About: "OIB, with a word for it"}, "oib tax croatian"},
	eeIsikukood:     {Type{Name: "EE_ISIKUKOOD", Country: "EE", Check: "weights, date", About: "Personal code of Estonia and Lithuania"}, "isikukood asmens kodas"},
	grAMKA:          {Type{Name: "GR_AMKA", Country: "GR", Check: "Luhn, date", About: "AMKA"}, "amka αμκα"},

	// India
	inPAN:      {Type{Name: "IN_PAN", Country: "IN", Check: "form", About: "Permanent account number"}, "pan permanent"},
	inAadhaar:  {Type{Name: "IN_AADHAAR", Country: "IN", Check: "Verhoeff", About: "Aadhaar number"}, "aadhaar aadhar uidai uid"},
	inGSTIN:    {Type{Name: "IN_GSTIN", Country: "IN", Check: "mod 36", About: "Goods and services tax number"}, "gstin gst"},
	inVoter:    {Type{Name: "IN_VOTER", Country: "IN", Check: "form", About: "Voter id (EPIC), with a word for it"}, "voter epic election"},
	inPassport: {Type{Name: "IN_PASSPORT", Country: "IN", Check: "form", About: "Passport number, with a word for it"}, "passport"},
	inVehicle:  {Type{Name: "IN_VEHICLE_REGISTRATION", Country: "IN", Check: "state", About: "Vehicle registration"}, "vehicle registration plate car rto bike"},

	// Others
	auABN:        {Type{Name: "AU_ABN", Country: "AU", Check: "mod 89", About: "Business number"}, "abn"},
	auACN:        {Type{Name: "AU_ACN", Country: "AU", Check: "mod 10", About: "Company number, with a word for it"}, "acn company"},
	auTFN:        {Type{Name: "AU_TFN", Country: "AU", Check: "mod 11", About: "Tax file number, with a word for it"}, "tfn tax"},
	auMedicare:   {Type{Name: "AU_MEDICARE", Country: "AU", Check: "mod 10", About: "Medicare number, with a word for it"}, "medicare"},
	sgNRIC:       {Type{Name: "SG_NRIC_FIN", Country: "SG", Check: "check letter", About: "NRIC or FIN"}, "nric fin"},
	sgUEN:        {Type{Name: "SG_UEN", Country: "SG", Check: "check letter", About: "Unique entity number"}, "uen"},
	krRRN:        {Type{Name: "KR_RRN", Country: "KR", Check: "date and century digit", About: "Resident registration number; those given out since 2020 hold no check digit"}, "rrn resident 주민등록번호 주민"},
	caSIN:        {Type{Name: "CA_SIN", Country: "CA", Check: "Luhn", About: "Social insurance number"}, "sin insurance nas"},
	zaID:         {Type{Name: "ZA_ID_NUMBER", Country: "ZA", Check: "Luhn, date", About: "Identity number"}, "id identity"},
	thTNIN:       {Type{Name: "TH_TNIN", Country: "TH", Check: "mod 11", About: "National id"}, "thai national citizen"},
	trTCKN:       {Type{Name: "TR_TCKN", Country: "TR", Check: "two check digits", About: "T.C. kimlik numarası"}, "tckn kimlik tc"},
	brCPF:        {Type{Name: "BR_CPF", Country: "BR", Check: "mod 11 twice", About: "CPF"}, "cpf"},
	brCNPJ:       {Type{Name: "BR_CNPJ", Country: "BR", Check: "mod 11 twice", About: "CNPJ"}, "cnpj"},
	mxCURP:       {Type{Name: "MX_CURP", Country: "MX", Check: "check digit, date", About: "CURP"}, "curp"},
	jpMyNumber:   {Type{Name: "JP_INDIVIDUAL_NUMBER", Country: "JP", Check: "mod 11", About: "My Number, with a word for it"}, "mynumber my individual マイナンバー 個人番号"},
	cnResidentID: {Type{Name: "CN_RESIDENT_ID", Country: "CN", Check: "ISO 7064 mod 11,2, date", About: "Resident identity card"}, "身份证 身份证号 resident identity"},
	hkID:         {Type{Name: "HK_ID_NUMBER", Country: "HK", Check: "mod 11", About: "Identity card"}, "hkid hong identity"},
	twID:         {Type{Name: "TW_ID_NUMBER", Country: "TW", Check: "mod 10", About: "Identity card, with a word for it"}, "身分證 taiwan national identity"},
	clRUT:        {Type{Name: "CL_CDI_NUMBER", Country: "CL", Check: "mod 11", About: "RUN and RUT"}, "rut run chile"},
	arCUIT:       {Type{Name: "AR_CUIT", Country: "AR", Check: "mod 11", About: "CUIT and CUIL"}, "cuit cuil tax"},
	ilID:         {Type{Name: "IL_IDENTITY_CARD_NUMBER", Country: "IL", Check: "Luhn", About: "Teudat zehut, with a word for it"}, "teudat zehut israeli israel identity זהות"},
	phTIN:        {Type{Name: "PH_TIN", Country: "PH", Check: "form", About: "Taxpayer identification number, with a word for it"}, "tin bir"},
	ngNIN:        {Type{Name: "NG_NIN", Country: "NG", Check: "form", About: "National identification number, with a word for it"}, "nin"},
}
