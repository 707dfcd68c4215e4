package files

// Hold says how many entries of a directory are held at once.
func (s *Share) Hold(n int) { s.most = n }
