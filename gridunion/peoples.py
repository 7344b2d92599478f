"""The peoples of China as GB/T 3304-1991 numbers them (01 汉族 … 56 基诺族), and two entries for others."""

_HAN_TO_JINO = (  # noqa: SIM905
    "汉:Han 蒙古:Mongol 回:Hui 藏:Tibetan 维吾尔:Uyghur 苗:Miao 彝:Yi 壮:Zhuang "
    "布依:Bouyei 朝鲜:Korean 满:Manchu 侗:Dong 瑶:Yao 白:Bai 土家:Tujia 哈尼:Hani "
    "哈萨克:Kazakh 傣:Dai 黎:Li 傈僳:Lisu 佤:Va 畲:She 高山:Gaoshan 拉祜:Lahu "
    "水:Sui 东乡:Dongxiang 纳西:Naxi 景颇:Jingpo 柯尔克孜:Kirgiz 土:Tu 达斡尔:Daur 仫佬:Mulao "
    "羌:Qiang 布朗:Blang 撒拉:Salar 毛南:Maonan 仡佬:Gelao 锡伯:Xibe 阿昌:Achang 普米:Pumi "
    "塔吉克:Tajik 怒:Nu 乌孜别克:Uzbek 俄罗斯:Russian 鄂温克:Ewenki 德昂:De'ang 保安:Bonan 裕固:Yugur "
    "京:Gin 塔塔尔:Tatar 独龙:Derung 鄂伦春:Oroqen 赫哲:Hezhen 门巴:Monba 珞巴:Lhoba 基诺:Jino"
).split()

# The full name, in Chinese as people write it, is what the register keeps; the number of the standard is a tag.
PEOPLES: list[tuple[str, str, str, dict[str, str]]] = [
    (f"{zh}族", f"{zh}族", en, {"gb": f"{number:02}"})
    for number, (zh, en) in enumerate((entry.split(":") for entry in _HAN_TO_JINO), 1)
] + [
    ("其他", "其他", "Other", {"gb": "97"}),
    ("外国血统", "外国血统", "Of foreign descent", {"gb": "98"}),
]
