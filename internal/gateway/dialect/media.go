package dialect

import (
	"path"
	"strings"
)

// media is a part of what is not text: a data: URL, or where Vertex AI itself fetches it (gs:// or https://).
func media(at, url string) (part, error) {
	if rest, ok := strings.CutPrefix(url, "data:"); ok {
		head, data, ok := strings.Cut(rest, ",")
		mime, isBase64 := strings.CutSuffix(head, ";base64")
		if !ok || !isBase64 {
			return part{}, invalid(at, "this data URL holds no base64", "write data:MIME;base64,DATA")
		}
		mime, _, _ = strings.Cut(mime, ";")
		if mime == "" {
			return part{}, invalid(at, "this data URL names no MIME type", "write data:MIME;base64,DATA")
		}
		return part{InlineData: &blob{mime, data}}, nil
	}
	if !strings.HasPrefix(url, "gs://") && !strings.HasPrefix(url, "https://") {
		return part{}, invalid(at, "only data:, gs:// and https:// can be sent to Vertex AI", "")
	}
	mime := mimeOf(url)
	if mime == "" {
		return part{}, invalid(at, "the name does not say the MIME type", "end it in a known extension (.png, .pdf, .mp3), or send a data URL")
	}
	return part{FileData: &file{mime, url}}, nil
}

// mimeOf is the MIME type that a URL's extension stands for, of those that Gemini reads; "" for others.
func mimeOf(url string) string {
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		if strings.HasPrefix(url, "https://www.youtube.com/watch?") {
			return "video/mp4"
		}
		url = url[:i]
	}
	switch ext := strings.ToLower(strings.TrimPrefix(path.Ext(url), ".")); ext {
	case "jpg", "jpeg":
		return "image/jpeg"
	case "png", "webp", "heic", "heif", "gif", "bmp":
		return "image/" + ext
	case "pdf", "json":
		return "application/" + ext
	case "txt", "md", "log":
		return "text/plain"
	case "csv", "html", "css", "xml":
		return "text/" + ext
	case "htm":
		return "text/html"
	case "mp3":
		return "audio/mpeg"
	case "wav", "flac", "aac", "ogg", "opus", "m4a":
		return "audio/" + ext
	case "mp4", "webm", "mpeg":
		return "video/" + ext
	case "mov":
		return "video/quicktime"
	case "mpg":
		return "video/mpeg"
	case "avi":
		return "video/x-msvideo"
	case "wmv":
		return "video/x-ms-wmv"
	case "3gp":
		return "video/3gpp"
	default:
		return ""
	}
}
