package workflow

import (
	"errors"
	"fmt"
)

// ErrInput is what errors about the user's files, settings or arguments are.
// The command line exits with status 2 on it, and with 1 on other errors.
var ErrInput = errors.New("bad input")

// inputError is an error for which errors.Is(err, ErrInput) holds, without
// changing its sentence.
type inputError struct{ err error }

func (e inputError) Error() string        { return e.err.Error() }
func (e inputError) Unwrap() error        { return e.err }
func (e inputError) Is(target error) bool { return target == ErrInput }

// Input marks err as the user's to mend; nil stays nil.
func Input(err error) error {
	if err == nil {
		return nil
	}
	return inputError{err}
}

// inputf is fmt.Errorf for input errors.
func inputf(format string, args ...any) error { return inputError{fmt.Errorf(format, args...)} }
