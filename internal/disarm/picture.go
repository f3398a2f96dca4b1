package disarm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"

	"madoguchi/internal/fault"
)

// maxSource bounds the pixels of a picture before it is read.
const maxSource = 60_000_000

// Picture makes a copy of a PNG, JPEG or GIF without anything but its pixels:
// turned upright, at most MaxPixels long, on white, as a JPEG.
func Picture(data []byte) ([]byte, error) {
	p, err := readPicture(data)
	return p.data, err
}

func readPicture(data []byte) (page, error) {
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return page{}, errors.New("unreadable picture")
	}
	if config.Width < 1 || config.Height < 1 || config.Width > maxSource/config.Height {
		return page{}, fault.New(fault.TooLarge, "disarm.bomb")
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return page{}, errors.New("unreadable picture")
	}
	out := shrink(img, orientation(data))
	b := out.Bounds()
	return page{width: b.Dx(), height: b.Dy()}.packJPEG(out)
}

// shrink draws img on white, turned as o says (EXIF 1 to 8), so that neither
// side is longer than MaxPixels. Each pixel is the mean of those it stands for.
func shrink(img image.Image, o int) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	step := 1.0
	if longer := max(w, h); longer > MaxPixels {
		step = float64(longer) / MaxPixels
	}
	dw, dh := max(1, int(float64(w)/step)), max(1, int(float64(h)/step))
	turned := o >= 5
	out := image.NewRGBA(image.Rect(0, 0, dw, dh))
	if turned {
		out = image.NewRGBA(image.Rect(0, 0, dh, dw))
	}
	for y := range dh {
		y0, y1 := y*h/dh, max((y+1)*h/dh, y*h/dh+1)
		for x := range dw {
			x0, x1 := x*w/dw, max((x+1)*w/dw, x*w/dw+1)
			tx, ty := place(o, x, y, dw, dh)
			out.SetRGBA(tx, ty, mean(img, b.Min.X+x0, b.Min.Y+y0, b.Min.X+x1, b.Min.Y+y1))
		}
	}
	return out
}

// mean is the average colour of a rectangle, on white.
func mean(img image.Image, x0, y0, x1, y1 int) color.RGBA {
	var r, g, b, n uint64
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			cr, cg, cb, ca := img.At(x, y).RGBA()
			white := uint64(0xffff - ca)
			r, g, b, n = r+uint64(cr)+white, g+uint64(cg)+white, b+uint64(cb)+white, n+1
		}
	}
	return color.RGBA{uint8(r / n >> 8), uint8(g / n >> 8), uint8(b / n >> 8), 0xff}
}

// place says where the pixel x, y of a picture stands once it is upright.
func place(o, x, y, w, h int) (tx, ty int) {
	switch o {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}
	return x, y
}

// orientation reads the EXIF orientation of a JPEG, which phones set instead of
// turning the pixels; 1 if there is none.
func orientation(data []byte) int {
	i := bytes.Index(data[:min(len(data), 1<<17)], []byte("Exif\x00\x00"))
	if i < 0 || len(data) < i+14 {
		return 1
	}
	tiff := data[i+6:]
	var order binary.ByteOrder = binary.LittleEndian
	if tiff[0] == 'M' {
		order = binary.BigEndian
	}
	at := order.Uint32(tiff[4:])
	if uint64(at)+2 > uint64(len(tiff)) {
		return 1
	}
	entries := int(order.Uint16(tiff[at:]))
	for e := tiff[at+2:]; entries > 0 && len(e) >= 12; entries, e = entries-1, e[12:] {
		if order.Uint16(e) == 0x0112 {
			if o := int(order.Uint16(e[8:])); o >= 1 && o <= 8 {
				return o
			}
		}
	}
	return 1
}
