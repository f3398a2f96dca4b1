package sample

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"madoguchi/internal/tenant"
)

// prefectures are other prefectures that a large installation serves, with
// kana and slug: 24, so that they are 25 with 茨城県.
const prefectures = `
北海道 ホッカイドウ hokkaido
青森県 アオモリケン aomori
岩手県 イワテケン iwate
秋田県 アキタケン akita
山形県 ヤマガタケン yamagata
福島県 フクシマケン fukushima
栃木県 トチギケン tochigi
群馬県 グンマケン gunma
新潟県 ニイガタケン niigata
富山県 トヤマケン toyama
石川県 イシカワケン ishikawa
福井県 フクイケン fukui
山梨県 ヤマナシケン yamanashi
長野県 ナガノケン nagano
静岡県 シズオカケン shizuoka
三重県 ミエケン mie
滋賀県 シガケン shiga
奈良県 ナラケン nara
鳥取県 トットリケン tottori
島根県 シマネケン shimane
岡山県 オカヤマケン okayama
徳島県 トクシマケン tokushima
佐賀県 サガケン saga
宮崎県 ミヤザキケン miyazaki
`

// The parts of invented municipalities' names: text, kana, slug.
var (
	fronts = names("青 アオ ao|朝 アサ asa|梅 ウメ ume|大 オオ o|小 コ ko|桜 サクラ sakura|白 シロ shiro|杉 スギ sugi|高 タカ taka|竹 タケ take|" +
		"月 ツキ tsuki|鶴 ツル tsuru|中 ナカ naka|西 ニシ nishi|花 ハナ hana|東 ヒガシ higashi|松 マツ matsu|緑 ミドリ midori|南 ミナミ minami|若 ワカ waka")
	backs = names("川 カワ kawa|崎 サキ saki|里 サト sato|沢 サワ sawa|島 シマ shima|田 タ ta|谷 タニ tani|野 ノ no|浜 ハマ hama|原 ハラ hara|" +
		"丘 オカ oka|岬 ミサキ misaki|森 モリ mori|山 ヤマ yama|泉 イズミ izumi")
	ends = []struct{ text, kana, slug string }{{"市", "シ", "shi"}, {"町", "マチ", "machi"}, {"村", "ムラ", "mura"}}
)

type name struct{ text, kana, slug string }

func names(list string) []name {
	var all []name
	for entry := range strings.SplitSeq(list, "|") {
		cells := strings.Fields(entry)
		all = append(all, name{cells[0], cells[1], cells[2]})
	}
	return all
}

// others composes n more bodies: prefectures, then invented municipalities of
// all of them. The same seed gives the same ones. Those that share a name get
// a number in their slug.
func others(n int, seed uint64) []tenant.Tenant {
	var list []tenant.Tenant
	prefs := []string{"茨城県"}
	for line := range strings.Lines(strings.TrimSpace(prefectures)) {
		cells := strings.Fields(line)
		prefs = append(prefs, cells[0])
		if len(list) < n {
			list = append(list, municipal(tenant.Tenant{
				Slug: "pref-" + cells[2], Name: cells[0], Kana: cells[1], Kind: tenant.Prefecture, Prefecture: cells[0], Active: true,
			}))
		}
	}
	random := rand.New(rand.NewPCG(seed, 0))
	taken := map[string]int{}
	for len(list) < n {
		front, back := fronts[random.IntN(len(fronts))], backs[random.IntN(len(backs))]
		end := ends[random.IntN(len(ends))]
		pref := prefs[1+random.IntN(len(prefs)-1)]
		slug := front.slug + back.slug + "-" + end.slug
		taken[slug]++
		if taken[slug] > 1 {
			slug = fmt.Sprintf("%s-%d", slug, taken[slug])
		}
		full := front.text + back.text + end.text
		list = append(list, municipal(tenant.Tenant{
			Slug: slug, Name: full, Kana: front.kana + back.kana + end.kana, Kind: kindOf(full), Prefecture: pref, Active: true,
		}))
	}
	return list
}
