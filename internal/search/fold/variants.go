package fold

import "strings"

// variants maps old and variant characters to the one they are compared as.
// What NFKC maps (塚, 神 of the compatibility block) needs no entry.
var variants = variantTable()

// variantGroups: the first character of each group stands for the others.
// 常用漢字表 with its 旧字体, and variants that names and places in Japan use;
// 付 for 附, 灯 for 燈 and the like, since public writing uses both.
const variantGroups = `
亜亞 悪惡 圧壓 囲圍 医醫 為爲 壱壹弌 飲飮 隠隱 栄榮 営營 衛衞 駅驛 円圓 塩鹽 縁緣 艶艷 応應 欧歐 殴毆 桜櫻 奥奧 横橫
温溫 穏穩 仮假 価價 画畫 会會 絵繪 壊壞 懐懷 概槪 拡擴 殻殼 覚覺 学學斈 岳嶽 楽樂 渇渴 缶罐 巻卷 陥陷 勧勸 寛寬 関關
歓歡 観觀 既旣 帰歸 偽僞 戯戲 犠犧 旧舊 拠據 挙擧 虚虛 峡峽 挟挾 教敎 強强 郷鄕 暁曉 区區 勲勳 薫薰 径徑 茎莖 恵惠
掲揭 渓溪 経經 蛍螢 軽輕 継繼 鶏鷄 芸藝 撃擊 欠缺 研硏 県縣 倹儉 剣劍剱劔劒 険險 圏圈 検檢 献獻 権權 顕顯 験驗 厳嚴
戸戶 呉吳 効效 恒恆 広廣 鉱鑛 号號 国國囯圀 黒黑 歳歲 済濟 砕碎 斎齋斉齊齎 剤劑 雑雜襍 参參 桟棧 蚕蠶 惨慘 賛贊 残殘
糸絲 歯齒 児兒 辞辭 湿濕 実實 釈釋 寿壽 収收 従從 渋澁澀 獣獸 縦縱 粛肅 処處 緒緖 叙敍 将將 称稱 渉涉 焼燒 証證 奨奬獎
条條 状狀 乗乘 浄淨 剰剩 畳疊 縄繩 壌壤 嬢孃 譲讓 醸釀 触觸 嘱囑 真眞 寝寢 慎愼 尽盡 図圖 粋粹 酔醉 穂穗 随隨 髄髓
枢樞 数數 瀬瀨 声聲 静靜 窃竊 摂攝 専專 浅淺 戦戰 践踐 銭錢 潜潛 繊纖 禅禪 双雙 壮壯 争爭 荘莊 捜搜 挿插 巣巢 痩瘦
装裝 総總 騒騷 増增 臓臟 即卽 属屬 続續 堕墮 対對 体體躰軆 帯帶 滞滯 台臺 滝瀧 択擇 沢澤 担擔 単單 胆膽 団團 断斷 弾彈
遅遲 痴癡 虫蟲 昼晝 鋳鑄 庁廳 徴徵 聴聽 勅敕 鎮鎭 逓遞 鉄鐵鐡銕 点點 転轉 伝傳 灯燈 当當 党黨 盗盜 闘鬪鬥 徳德 独獨
読讀 届屆 弐貳 悩惱 脳腦 覇霸 拝拜 廃廢 売賣 麦麥 発發 髪髮 抜拔 晩晚 蛮蠻 秘祕 浜濱濵 瓶甁 払拂 仏佛 併倂 並竝 餅餠
辺邊邉 変變 弁辨瓣辯 歩步 宝寶寳 豊豐 褒襃 没沒 翻飜 毎每 万萬 満滿 麺麵 黙默 弥彌 訳譯 薬藥 与與 予豫 余餘 誉譽 揺搖
様樣 謡謠 来來 頼賴 乱亂 覧覽 両兩 猟獵 緑綠 涙淚 塁壘 礼禮 励勵 戻戾 霊靈 齢齡 暦曆 歴歷 恋戀 錬鍊 炉爐 労勞 郎郞
楼樓 録錄 湾灣 島嶋嶌 吉𠮷 冨富 柳栁桺 館舘 籠篭 鴬鶯 桑桒 峰峯 岡崗 松枩柗 薮藪籔 裏裡 讃讚 尭堯 槙槇 遥遙 瑶瑤 凜凛
禰祢 祷禱 禄祿 草艸 付附 碍礙 箇个 鎌鐮 熊熋 船舩 鼡鼠 頚頸 諌諫 潅灌 梼檮 蝋蠟 鴎鷗 涛濤 侠俠 倶俱 噛嚙 嘘噓
焔焰 掻搔 攪撹 屏屛 箪簞 繋繫 莱萊 蒋蔣 醤醬 頬頰 顛顚 騨驒 鹸鹼 壺壷 巌巖 晋晉 脇脅 苺莓 薗園 韮韭 鯵鰺 兎兔 畑畠
皐皋 盃杯 穣穰 竪豎 紘絋 翠翆 諭喩 賎賤 遊游 醗醱 間閒 頴穎 鰯鰮 鶴靏靍 鹿麁 凉涼 凌淩 刧劫 匂臭 哲喆 嘉佳
巵卮 彦彥 戞戛 柏栢 椙杉 毘毗 沖冲 泥埿 清淸 熔溶 燗爛 牆墻 猪豬 珎珍 畝畆 祐佑 竈竃 糺糾 緜綿 罎壜
脉脈 蔭陰 蕋蕊 蝿蠅 衿襟 覗覘 跡迹蹟 蹄蹏 迩邇 気氣 写寫冩 崎﨑嵜碕 曽曾 蔵藏 稲稻 竜龍龒 渕淵渊 煙烟 卒卆 桧檜 喜㐂
枡桝 舗舖鋪 駆驅駈 麹麴糀 躯軀 橋槗 婿壻 連聯聨 坂阪 準凖 厨廚 村邨 貌皃 萌萠 輌輛 雁鴈 膳饍 繍綉 高髙 控扣 弦絃 州洲
蘇甦
`

func variantTable() map[rune]rune {
	table := map[rune]rune{}
	for group := range strings.FieldsSeq(variantGroups) {
		var first rune
		for i, r := range group {
			if i == 0 {
				first = r
				continue
			}
			if r != first {
				table[r] = first
			}
		}
	}
	return table
}
