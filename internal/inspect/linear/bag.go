package linear

// Bag is the set of the features of a text. It is not safe for use by several goroutines; Reset makes it empty for the
// next text without giving its memory back.
type Bag struct {
	mask     uint32
	seen     []uint64
	features []uint32
}

// NewBag returns an empty bag for models of so many bits.
func NewBag(bits int) *Bag {
	return &Bag{mask: 1<<bits - 1, seen: make([]uint64, (1<<bits+63)/64)}
}

// Add puts a feature in, once.
func (b *Bag) Add(hash uint32) {
	f := mix(hash) & b.mask
	if word, bit := f>>6, uint64(1)<<(f&63); b.seen[word]&bit == 0 {
		b.seen[word] |= bit
		b.features = append(b.features, f)
	}
}

// Features are the places of the features in a model's table, in the order in which they came.
func (b *Bag) Features() []uint32 { return b.features }

// Reset empties the bag.
func (b *Bag) Reset() {
	for _, f := range b.features {
		b.seen[f>>6] = 0
	}
	clear(b.features)
	b.features = b.features[:0]
}

// mix spreads a hash over all bits (the finalizer of MurmurHash3), since the low ones choose the place.
func mix(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return h ^ h>>16
}
