package render

// HCLString is for the test that lets Terraform itself read it.
var HCLString = hclString
