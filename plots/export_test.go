package plots

// CheckGolden is for the tests outside of the package.
var CheckGolden = checkGolden
