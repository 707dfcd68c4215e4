package setup

import "github.com/landbridge/landbridge/internal/estate"

// adopt leaves the names for people of a thing that was there before as they are: they are its maker's.
func adopt(want estate.Spec, live estate.Live) estate.Spec {
	if live.Spec == nil || live.Setup != "" {
		return want
	}
	switch now := live.Spec.(type) {
	case *estate.Pool:
		w := *want.(*estate.Pool)
		w.DisplayName = now.DisplayName
		return &w
	case *estate.Provider:
		w := *want.(*estate.Provider)
		w.DisplayName = now.DisplayName
		return &w
	case *estate.Account:
		w := *want.(*estate.Account)
		w.DisplayName = now.DisplayName
		return &w
	case *estate.Role:
		w := *want.(*estate.Role)
		w.Title = now.Title
		return &w
	}
	return want
}
