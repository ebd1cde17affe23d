"""Scores of how plausible a decoded text is: real text, or bytes in the wrong encoding.

A wrong encoding turns Chinese into rare, unassigned and private-use characters. So the evidence is
how many of a text's characters are among those that are common in news.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache

#: Frequent words of news, simplified and traditional; only their characters count.
_SIMPLIFIED_NEWS_WORDS = """
的一是了不在有和人我他她它们这那个来去上下大小中外前后左右内间里说要就会可能为以与及或而且也都还又已经正
很最更太再没无非但因所从到对把被让使给向往由于自至按照比等如同像跟并只才便即则却虽然如果因为所以但是不过
而已之其此该某每各什么怎么样谁哪里何多少几些点次年月日时分秒天早晚今明昨周星期期间后来先将曾刚现在过去未来
一二三四五六七八九十百千万亿零两第半数量倍率高低长短远近新旧好坏真假快慢轻重强弱开关起落进出入回来往返
国家政府总统主席总理部长议员议会党员人民大众公民选举投票民主自由权利法律宪法法院法官警察逮捕拘留审判判决
罪犯监狱律师辩护证据案件调查起诉指控抗议示威游行集会镇压运动组织成员领导领袖官员机构委员会外交大使关系谈判
协议条约声明表示认为指出强调宣布承认否认批评谴责呼吁要求支持反对同意拒绝威胁制裁军事军队士兵武器导弹核战争
和平冲突攻击袭击爆炸伤亡死亡受伤安全边境难民移民经济贸易市场公司企业工业农业产品生产销售价格增长下降投资
银行金融股票货币美元汇率预算税收债务财政收入工资就业失业工人农民老板消费石油能源电力煤气水资源环境气候
变化污染科学技术研究大学教授学生学校老师教育考试毕业专家医生医院病毒疫情疫苗感染病人治疗健康卫生药物食品
网络互联网电脑手机信息数据平台社交媒体新闻记者报道电视台广播报纸文章编辑出版作者读者评论采访消息来源照片
图片视频电影音乐艺术文化历史传统宗教教会佛寺信仰社会生活家庭父母孩子儿女婚姻妇女男人老人青年朋友邻居
城市农村地区街道房屋建筑工程道路铁路车站火车汽车飞机航班机场港口船舶海洋河流山林土地岛台湾香港澳门北京上海
东西南北美国中国日本韩朝俄罗斯英法德印度欧洲亚非洲世界全球联合际省市县区镇村民族语言汉字
春夏秋冬风雨雪雷云阳光空气温度灾害地震洪台救援队员消防事故原因结果问题解决办法方式方案计划规定政策措施改革
发展建设管理服务保护监督检查实施执行完成达成实现提供提出得到获得取得接受参加举行召开举办访问会见讨论决定
选择准备开始结束继续停止保持维持加强减少扩大提高影响作用意义价值标准条件情况状态形势局面机会挑战压力风险
责任义务精神思想理论观点意见建议希望相信知道了解觉得感到看见听到想起记得忘记喜欢爱恨害怕担心高兴悲伤愤怒
吃喝住穿用买卖送拿放做干打跑走站坐睡醒死活生命身体头脸眼睛手脚心血声音颜色红黄蓝白黑绿花草树木鱼鸟狗马牛羊
书信电话号码名字故事事情东西物件门窗桌床衣服饭菜茶酒米面肉蛋糖盐油火炉灯钟表钱票证件密码首都代表团体际
本届另类别种族群众团队伍阶级层次级部分整个全体单位系统程序设备材料项目内容主题目标基础原则特别尤其非常
十分特殊普通一般通常经常总是往往常常仍然依然居然竟然似乎好像大约左右超过以上以下之间其中另外此外同时随后
最终最后目前当时近日连续直接间接共享充足缺乏严重紧急突然立即逐渐完整清楚明确简单复杂困难容易重要必须应当
愿意敢于善于属于等待追求创造改变参与负责担任离开返回抵达经过穿越跨越包括含有具备拥有占据承受造成引起导致
促进推动阻止防范避免控制限制禁止允许批准签署签名登记注册申请审查公布公开秘密隐藏揭露曝光传播谣言真相
赢输胜败球赛冠军队奥运会选手教练纪录星座演员歌曲节目戏剧舞蹈博物馆展览画家诗人小说散文版权译编纸笔墨
著称据悉仅凭借甚至乃至若否既虑鉴尽管尚且毕竟究竟勿须尔吗呢吧啊哦嘛呀您咱俩仨份届轮架艘辆座栋篇页幅
""".split()
_TRADITIONAL_NEWS_WORDS = """
們這個來後裡說會為與還經沒無從對讓給於並纔卻雖過該麼樣誰幾點時間週將剛現億兩數長遠舊壞輕強開關進國總統議員
黨眾選舉權憲審辯護證據調訴處罰鎮壓動組織領導機構會務談協議條約聲認強調佈評責籲絕脅軍隊導彈戰爭衝擊襲傷
邊難經濟貿場業產銷價長資銀貨幣預稅債財農闆費電煤氣環變汙學術師專醫療藥衛網絡腦機數據體聞記報視臺廣紙編
輯讀採訪來圖頻樂藝歷傳統會婦親鄰鄉區築鐵車飛機場島灣灣東韓羅義歐亞亞聯際縣鎮漢語風雲陽溫災澇隊員結題
決辦規劃改發設監督檢實執達現獲參舉見討論定選準備結續維擴響標狀態勢戰壓險責義論觀見議聽記愛擔高興買賣
頭臉睛聲顏紅黃藍綠樹魚鳥馬書電話號碼門窗衣飯鹽爐燈鐘錢頭團類別種隊層級個單備項題標礎則殊慣緊逐漸簡單
複雜難應當願屬創與負擔離返經過穿擁據進動範製許簽註冊請審隱傳謠贏輸勝敗賽奧練紀錄節戲劇館覽詩說版譯筆
著據僅憑慮鑑儘嗎呢輪輛棟頁嚴覺腳腳穀麵週佔徵衆啟啓糧廠嗎麗龍龜齊齒黴點麥鹵鴨鷄鬥鬧魯鮮鬆髮顯顧願順須項
預領頓頻題額風餐館駕騎驗驚鏡鎖錄錯鍵鎮鐘鐵鑑長閃閉開閒間閣閱隨險隱隻雙雞離雲零靈靜頂頃陸陳陰階際邀郵
鄭醫釋針釣鈔鉛銅銘銳鋒鋼錦適遊運達違遞遠遲遷選遺邁還邏轉輯輔輕輩輝載較軟軸躍蹤踐趙趕跡賠賴賺購贈贊賓
賞賢質賬貪貫貧責貴貸費貿賀資豐譽讚護誤誠誇認誕語誌詢試詳話該評詞訪設許訓託訊計訂證識譴警變讓議蘇蘭薩藍蔣
"""
_COMMON_CHARACTERS = frozenset(
    "".join(_SIMPLIFIED_NEWS_WORDS) + "".join(_TRADITIONAL_NEWS_WORDS.split())
)
_PUNCTUATION = frozenset(
    "，。、：；？！“”‘’「」『』《》〈〉（）【】〔〕—…·‧～／　％＋－＝＂０１２３４５６７８９｜•–€"
)
_COMMON_WEIGHT, _HAN_WEIGHT, _LETTER_WEIGHT, _ODD_WEIGHT, _WRONG_WEIGHT = 1.0, -0.3, 0.1, -1.0, -4.0
#: Unicode categories that a wrong encoding produces more often than a writer does.
_ODD_CATEGORIES = frozenset({"So", "Sk", "Mn", "Me", "Mc", "Lm", "No", "Nl"})
_WRONG_CATEGORIES = frozenset({"Cn", "Co", "Cs", "Cc"})


@lru_cache(maxsize=20_000)
def _weight(char: str) -> float:
    """Return the weight of a non-ASCII character as evidence of real text, from -4 to 1."""
    if char in _COMMON_CHARACTERS or char in _PUNCTUATION:
        return _COMMON_WEIGHT
    if "\u4e00" <= char <= "\u9fff":
        return _HAN_WEIGHT
    category = unicodedata.category(char)
    if char == "\ufffd" or category in _WRONG_CATEGORIES:
        return _WRONG_WEIGHT
    if category in _ODD_CATEGORIES or "\u3400" <= char <= "\u4dff" or "\uf900" <= char <= "\uffef":
        return _ODD_WEIGHT
    return _ODD_WEIGHT if char > "\uffff" and category == "Lo" else _LETTER_WEIGHT


def likeness(text: str) -> float:
    """Return the mean weight of the non-ASCII characters of ``text``: 1 at most, 0 without any.

    Chinese prose scores 0.5 to 0.9; decoded with a wrong encoding it scores below 0.
    """
    counts = {char: n for char, n in Counter(text).items() if char > "\x7f"}
    total = sum(counts.values())
    return sum(_weight(char) * n for char, n in counts.items()) / total if total else 0.0


def legibility(text: str) -> float:
    """Return the same for all characters: printable ASCII adds 0.5, a control character -4.

    >>> legibility("title: port") > 0 > legibility("t\\x00i\\x00t\\x00l\\x00e\\x00")
    True
    """
    total = weight = 0.0
    for char, n in Counter(text).items():
        total += n
        if char > "\x7f":
            weight += _weight(char) * n
        else:
            weight += n * (
                0.5 if (char >= " " and char != "\x7f") or char in "\t\n\r" else _WRONG_WEIGHT
            )
    return weight / total if total else 0.0
