package policy

// Accounts is how many keys a bank knows.
func Accounts(l *Local) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.accounts)
}
