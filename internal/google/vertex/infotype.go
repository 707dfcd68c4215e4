package vertex

import (
	"cmp"
	"sync"
)

// typeOf is our name of what Google calls an info type. Many are the same; one that we have no word for keeps Google's
// (https://cloud.google.com/sensitive-data-protection/docs/infotypes-reference).
func typeOf(infoType string) string { return cmp.Or(ourTypes()[infoType], infoType) }

var ourTypes = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"PERSON_NAME":               "PERSON",
		"FIRST_NAME":                "PERSON",
		"LAST_NAME":                 "PERSON",
		"FEMALE_NAME":               "PERSON",
		"MALE_NAME":                 "PERSON",
		"STREET_ADDRESS":            "ADDRESS",
		"LOCATION_COORDINATES":      "LOCATION",
		"ORGANIZATION_NAME":         "ORGANIZATION",
		"CREDIT_CARD_NUMBER":        "CREDIT_CARD",
		"MAC_ADDRESS_LOCAL":         "MAC_ADDRESS",
		"DATE":                      "DATE_TIME",
		"TIME":                      "DATE_TIME",
		"US_SOCIAL_SECURITY_NUMBER": "US_SSN",
		"US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER": "US_ITIN",
		"US_DRIVERS_LICENSE_NUMBER":                    "US_DRIVER_LICENSE",
		"US_HEALTHCARE_NPI":                            "US_NPI",
		"UK_NATIONAL_HEALTH_SERVICE_NUMBER":            "UK_NHS",
		"UK_NATIONAL_INSURANCE_NUMBER":                 "UK_NINO",
		"UK_DRIVERS_LICENSE_NUMBER":                    "UK_DRIVING_LICENCE",
		"INDIA_AADHAAR_INDIVIDUAL":                     "IN_AADHAAR",
		"INDIA_PAN_INDIVIDUAL":                         "IN_PAN",
		"INDIA_GST_INDIVIDUAL":                         "IN_GSTIN",
		"SPAIN_NIF_NUMBER":                             "ES_NIF",
		"SPAIN_NIE_NUMBER":                             "ES_NIE",
		"ITALY_FISCAL_CODE":                            "IT_FISCAL_CODE",
		"FRANCE_NIR":                                   "FR_NIR",
		"POLAND_PESEL_NUMBER":                          "PL_PESEL",
		"NETHERLANDS_BSN_NUMBER":                       "NL_BSN",
		"SWEDEN_NATIONAL_ID_NUMBER":                    "SE_PERSONNUMMER",
		"FINLAND_NATIONAL_ID_NUMBER":                   "FI_PERSONAL_IDENTITY_CODE",
		"DENMARK_CPR_NUMBER":                           "DK_CPR",
		"NORWAY_NI_NUMBER":                             "NO_FODSELSNUMMER",
		"SINGAPORE_NATIONAL_REGISTRATION_ID_NUMBER":    "SG_NRIC_FIN",
		"KOREA_RRN":                                    "KR_RRN",
		"GERMANY_PASSPORT":                             "DE_PASSPORT",
		"GERMANY_IDENTITY_CARD_NUMBER":                 "DE_ID_CARD",
		"GERMANY_TAXPAYER_IDENTIFICATION_NUMBER":       "DE_TAX_ID",
	}
})
