"""Invented stories and the sentences of a matter's life, for demo data: the same seed gives the same words.

A template is text with two kinds of holes: `[早上|中午|夜里]` is one of its parts, `{firm}` a slot filled from outside.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from random import Random

from governance_center.demo import names

CHOICE = re.compile(r"\[([^\[\]]*)\]")
WORDS_OF_DIGITS = "零一二三四五六七八九"
PLACES = ((10_000, "万"), (1_000, "千"), (100, "百"), (10, "十"))


@dataclass(frozen=True, slots=True)
class Template:
    category: str
    urgency: str
    outlet: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """`amount` and `people_count` are what the text says; amount is None where it names none."""

    category: str
    urgency: str
    outlet: str
    title: str
    text: str
    amount: Decimal | None
    people_count: int


# category|urgency|outlet|title|text
TEMPLATES = """
C01|较急|O05|追讨工地工资|我们{count}个人在{place}的工地做[泥工|木工|水电|油漆]，活干完{months}个月了，包工头{other}说总包没拨款，一共还欠{amount}，[家里等钱用|孩子开学要交学费|过年都没法过]。
C01|一般|O03|餐饮店拖欠工资|在{place}的[饭店|早餐店|面馆|奶茶店]帮工{months}个月，走的时候老板压了一个月工资{amount}不给，[微信也拉黑了|电话不接|说等生意好了再给]。
C01|一般|O05|厂里拖欠薪水|在{firm}上班，[{n}月份以后|从去年下半年起]就没发过工资，合计{amount}，问财务只说在安排。
C01|较急|O05|班组长失联未结工钱|跟着班组长{other}在{place}做[绿化|外墙|地坪|脚手架]，{count}个工友的工钱{amount}都由他代领，现在人找不到，总包说已经付清。
C01|一般|O05|辞职后提成未结|我在{firm}做业务，离职后[提成|业绩奖金|最后一个月底薪]{amount}没结，公司说客户的款子没回来。
C01|紧急|O16|工人聚集讨薪|110转来：{firm}门口有{crowd}名工人因{months}个月工资未发[堵住大门|拉横幅|围住办公室]，要求当天拿到{amount}，民警已到场。
C01|一般|O03|小时工报酬|[暑假|寒假]在{place}打零工，讲好[十五|十八|二十]块一个钟头，干了{days}天，只给了一半，还差{amount}。
C02|一般|O03|被辞退要求经济补偿|{firm}没有提前通知，[上周五|昨天上午|月底]让我不用来了，我在那里做了{n}年，要求经济补偿{amount}。
C02|一般|O05|要求补缴社保|入职{firm}{n}年，公司一直没给我缴养老保险，要求补缴，人事说当初签过[放弃声明|承诺书]。
C02|一般|O06|未签合同双倍工资|在{firm}干了{months}个月没有签劳动合同，现在把我辞退，要求支付双倍工资{amount}。
C02|较急|O06|孕期被调岗|我怀孕[三|四|五]个月，{firm}把我从[办公室|柜台]调到[仓库|车间]，还不安排排班，等于逼我自己走。
C02|一般|O06|加班费争议|在{firm}每天上班[十一|十二]个小时，一个月休{n}天，从来没有加班费，离职时要求补发{amount}。
C02|一般|O06|竞业限制违约金|离开{firm}以后到同行上班，原公司要我赔竞业限制违约金{amount}，可是没给过一分竞业补偿。
C02|较急|O03|工厂搬迁员工安置|{firm}要搬到外地，{group}个老员工要么跟去要么自动离职，公司不肯谈补偿。
C03|较急|O06|车间受伤未报工伤|在{firm}车间操作[冲床|切割机|锯床]时[手指|手掌|脚背]受伤住院，公司不肯报工伤，垫了{amount}以后不再管。
C03|较急|O02|帮工摔伤|{other}请我去[拆老屋|摘橘子|修屋顶|砍毛竹]，从高处摔下来[肋骨|腰椎|脚踝]骨折，花了{amount}，他只肯出一点。
C03|紧急|O06|工地坠落责任人失联|我[弟弟|丈夫|儿子]在{place}工地从脚手架坠落，脊椎骨折下肢没有知觉，包工头{other}交了押金后失联，医院催缴{amount}。
C03|一般|O06|工伤待遇未付|工伤认定和十级鉴定都下来了，{firm}的一次性伤残补助{amount}拖了{months}个月没付。
C03|较急|O06|骑手受伤无人负责|跑外卖时在{place}摔断[锁骨|小腿]，平台说是众包骑手，站点也不管，{months}个月没有收入，医药费{amount}。
C03|较急|O06|下班途中事故工伤|[父亲|丈夫]下夜班回家路上被车撞[成重伤|去世]，{firm}不肯申请工伤认定，说对方已经赔过了。
C04|一般|O02|楼上漏水|楼上{other}家卫生间漏水，把我家[天花板|橱柜|墙面]泡坏了，说了{n}次都不修，要求维修并赔{amount}。
C04|一般|O02|围墙占道|隔壁{other}家新砌围墙占了[半米|一尺]通道，我家[三轮车|农具|轿车]进不来，村里来过两次没说通。
C04|较急|O02|通行争吵推搡|两家为{place}后面的老路吵了好几年，[今天早上|昨天傍晚]互相推搡，已劝开，怕再动手。
C04|一般|O02|空调外机滴水|{other}家的空调外机正对我家窗户，[热风|滴水|噪声]影响休息，要求移位。
C04|一般|O02|树木遮挡采光|邻居院子里的[香樟树|水杉|毛竹]长得太高，遮住采光，树枝打到瓦片，叫他修剪不肯。
C04|一般|O02|排水沟堵塞|隔壁建新屋把排水沟填了，一下雨水就倒灌到我家[院子|柴房|猪栏]，说了多次不理。
C04|一般|O02|化粪池位置争议|{other}家砌化粪池离我家水井不到[三|四]米，水都有味道了，要求移开。
C05|一般|O03|离婚抚养费|离婚后孩子归我，前[夫|妻]每月该付抚养费，从[今年三月|去年年底]起没付过，累计{amount}。
C05|较急|O02|老人赡养|[父亲|母亲]今年八十{n}岁，{n}个子女为轮流照顾推来推去，老人现在一个人住，吃饭靠邻居送。
C05|一般|O03|彩礼返还|订婚给了女方彩礼{amount}，[半年|一年]后退婚，女方家只肯退一半，媒人也说不拢。
C05|一般|O02|遗产分割|父亲过世留下一处房子和存款{amount}，没有遗嘱，[大哥|弟弟|继母]全占了，要求分清楚。
C05|紧急|O13|家庭暴力求助|丈夫喝了酒就动手打我，[昨天夜里|前天晚上]又打，我带着孩子躲到娘家，他扬言要找上门。
C05|一般|O02|兄弟分家|老家三间屋分家时没写清楚，[哥哥|弟弟]要翻建，另一个不签字，闹到两家不往来。
C05|较急|O18|留守儿童照料|儿媳离家出走一年多，丢下[两个|三个]小孩给爷爷奶奶带，老人身体差，生活困难。
C06|一般|O03|物业服务质量|小区[门禁坏了|保洁不到位|路灯不亮]{months}个月，物业费却要涨，要求整改后再谈。
C06|较急|O03|电梯频繁故障|{place}的电梯三天两头停，[十一楼|十七楼]的老人下不来，物业说维修资金要业主签字。
C06|一般|O03|公共收益公开|{firm}把地面公共车位和电梯广告租出去，收入不公布，业主要求公开账目。
C06|一般|O03|物业费欠缴协商|物业公司催我交{n}年物业费{amount}，我是因为屋顶漏水一直没修才没交，想先谈一谈。
C06|较急|O03|业委会筹备受阻|我们{group}个业主代表来反映，成立业主委员会的材料交了半年，物业派人挨家劝退签名。
C06|一般|O03|装修押金不退|装修完了{firm}说垃圾没清干净，押金{amount}不肯退。
C07|一般|O02|租房押金|租房合同到期退租，房东{other}以[墙面划痕|地板起泡|空调坏了]为由扣掉押金{amount}，我有入住时的照片。
C07|一般|O02|拖欠房租|店面租给{other}开店，欠了{months}个月房租{amount}，人占着不搬。
C07|较急|O07|商品房逾期交房|我们{group}户买了{firm}的房子，合同约定去年底交房，现在停工，房贷天天在还。
C07|一般|O07|二手房定金|通过中介买二手房付了定金{amount}，后来查出房子被抵押，房东不肯退。
C07|一般|O07|新房质量问题|新房交付后[墙体开裂|阳台渗水|地暖不热]，{firm}修了{n}次没修好，要求赔偿{amount}。
C07|一般|O02|店面提前收回|店面租约还有{n}年，房东要提前收回，装修花了{amount}，要求补偿。
C08|较急|O09|安置房逾期|{place}的老房子签了拆迁协议{n}年，安置房没有交付，过渡费也停发{months}个月。
C08|较急|O09|征地补偿款拖欠|修路征了我们组的田，补偿款发了一半就停了，{group}户人家来要个准信。
C08|一般|O10|拆迁面积认定|拆迁评估不认我家附房面积，说是违建，我有[八几年|九几年]的审批手续，不服评估。
C08|一般|O09|移民待遇|修水库时我家是移民户，答应的[宅基地指标|生产用地]没有落实，补偿{amount}也没算清。
C08|一般|O09|安置房产权证|拿到安置房钥匙{n}年多，房产证一直办不下来，孩子读书落户受影响。
C08|紧急|O16|阻拦施工|{place}征地工地有村民{crowd}余人阻拦挖掘机施工，有老人躺在机器前面，情绪激动，请求派人处置。
C09|一般|O02|土地流转租金|流转出去的{n}亩田，承租的大户{other}今年租金{amount}没付，说亏本了。
C09|一般|O04|山林界址|我家承包山上的毛竹被{other}砍了，对方说山界在溪那边，两家的林权证图对不上。
C09|一般|O02|宅基地地基争议|邻居{other}建房打地基往我家这边移了[三十|四十]公分，村里说以土地证为准。
C09|较急|O12|灌溉用水|两组村民为抢放水口吵起来，有人把水渠挖开，[水稻|秧苗]快干死了。
C09|一般|O02|收回承包田|外出打工时把承包田给[堂哥|邻居]种，现在回来要，他说种了十几年就是他的。
C09|一般|O04|确权面积有误|土地确权把我家[六分|八分]田登到{other}名下，找村里说等统一改，一直没改。
C10|一般|O03|交通事故赔偿|骑电瓶车在{place}被{other}的轿车撞倒，交警认定对方[全责|主责]，医药费{amount}，保险公司只肯赔一半。
C10|一般|O03|车辆定损争议|倒车时剐了路边一辆车，对方要价{amount}，保险公司定损只有一半，谈不拢。
C10|较急|O03|行人被撞骨折|[父亲|母亲]过马路被摩托车撞成骨折，对方没有保险，二次手术费还差{amount}。
C10|特急|O16|货车侧翻有人被困|{place}附近公路货车侧翻，驾驶室里有人被困，后方车辆拥堵，请求救援。
C10|较急|O13|肇事逃逸|[昨晚|今早]老人在{place}被一辆车撞倒，车子逃逸，现在住院，希望尽快找到肇事车辆。
C10|较急|O03|死亡事故赔偿|交通事故造成亲人死亡，认定同等责任，对方同意赔一部分，我们要求{amount}。
C11|较急|O03|术后并发症|[父亲|母亲|妻子]在医院做[胆囊|阑尾|骨科]手术后感染，转院抢救，要求赔偿{amount}并封存病历。
C11|一般|O03|牙科治疗效果|在{place}的诊所种牙花了{amount}，装上去{months}个月就松动，诊所说是自己骨质不好。
C11|较急|O03|小儿注射后遗症|在卫生院打针后孩子的腿一直发麻，走路一瘸一拐，院方说跟打针没关系。
C11|一般|O03|漏诊要求说明|[妻子|父亲]检查{n}次都说没事，半年后查出[中期|晚期]，认为漏诊耽误治疗，要求复印病历。
C11|较急|O03|住院期间摔伤|老人住院时夜里从病床摔下来骨折，护工不在，医院和护理公司互相推，费用{amount}。
C12|一般|O04|网购退款|网上买的[取暖器|羽绒服|电饭锅|行车记录仪]用了{days}天就坏了，花了{amount}，商家不肯退款。
C12|较急|O11|预付卡停业|在{place}的[健身房|瑜伽馆|游泳馆|美容院]办卡{amount}，店家突然停业，群里{crowd}多个会员都退不了。
C12|一般|O04|过期食品|在超市买的[牛奶|糕点|火腿肠]已经过期{days}天，要求十倍赔偿。
C12|一般|O04|未成年人充值|小孩用我手机打游戏充值{amount}，平台客服只同意退一部分。
C12|一般|O04|美容院诱导消费|被美容院拉去做免费体验，出来时刷走了{amount}，说套餐已开不能退。
C12|较急|O11|向老人推销保健品|有人在{place}给老人讲课送鸡蛋，推销保健床垫{amount}一张，子女担心受骗。
C12|一般|O04|二手车隐瞒事故|在{firm}买的二手车说没出过事故，检查发现是泡水车，要求退车赔偿{amount}。
C13|一般|O07|借款不还|{n}年前借给{other}{amount}，有借条和转账记录，约定去年底还，现在不接电话。
C13|较急|O07|担保被追偿|给朋友{other}贷款做担保，他跑路了，银行催我还{amount}，工资卡被冻结。
C13|紧急|O13|养老公寓集资|养老公寓让我们交预存款，每年返利，老板突然跑了，来登记的老人有{crowd}个，共{amount}。
C13|较急|O13|刷单被骗|市民称在网上刷单被骗{amount}，对方让继续转账解冻，问怎么办。
C13|一般|O02|小额欠款|邻居{other}{n}年前借了{amount}[买化肥|看病|进货]，上门要还说我小气，想请调解员讲讲。
C13|较急|O13|网贷催收骚扰|网贷逾期{amount}，催收的人天天打电话给我父母和同事，要求停止骚扰。
C14|一般|O02|拖欠货款|给{firm}供了{n}年[板材|蔬菜|石料|包装箱]，对账单上欠{amount}，厂里说质量有问题要扣钱。
C14|一般|O02|装修停工|请装修队装房子预付{amount}，做了一半就停工，说材料涨价要加钱。
C14|一般|O07|合伙散伙|[两个|三个]人合伙开店，经营一年亏了，合伙人{other}把设备拉走抵他的{amount}。
C14|一般|O07|加盟费退还|交了加盟费{amount}，总部说好的选址和培训都没有，要求解除合同退钱。
C14|一般|O02|机械台班费|租给{other}一台挖机做工，台班费{amount}只付了一半，还说效率低。
C14|较急|O02|保底收购违约|{group}户[养鸡|种菇|种药材]的农户跟{firm}签了保底回收合同，现在公司不来收，养不起了。
C15|一般|O02|犬只咬伤|在{place}被{other}家的狗咬伤，狗主人付了疫苗钱，不肯赔误工和营养费{amount}。
C15|较急|O13|打架致伤|两人因[打牌|座位|停车]发生口角，一方把另一方打成轻微伤，双方愿意协商医药费{amount}。
C15|一般|O02|鞭炮引燃柴房|邻居{other}家放鞭炮烧掉我家半间柴房，损失{amount}，他只肯赔一点。
C15|一般|O02|农药飘散损失|{other}打农药飘到隔壁蜂箱，死了十几箱蜜蜂，养蜂人要求赔{amount}。
C15|一般|O02|滑倒受伤|在{place}的超市地面滑倒，尾椎挫伤，医药费{amount}，店家不赔。
C15|一般|O02|牲畜毁坏作物|{other}家的[羊|牛]钻进我家大棚吃掉[草莓|菜]苗，损失{amount}，对方不认。
C16|较急|O11|夜间油烟噪声|楼下烧烤店营业到凌晨，油烟直排，噪声大，家里有[高三学生|老人]没法休息，反映过{n}次没改善。
C16|一般|O11|广场舞扰民|{place}附近广场晚上跳舞音响声音大，九点半了还不停。
C16|较急|O11|养殖臭气|{place}的养猪场粪水直排，臭气熏天，反映了{n}次，检查一走又照旧。
C16|一般|O11|工地夜间施工|工地凌晨还在打桩，声音大到睡不着，要求夜间停止施工。
C16|紧急|O11|溪水发白有死鱼|{place}溪水发白有刺鼻气味，岸边有死鱼，村民说[早上|下雨后]更明显，已拍照取证。
C16|较急|O11|石材粉尘|{firm}粉尘大，{group}户人家屋顶一层白灰，老人咳嗽不停，多次反映没有效果。
C17|较急|O02|校园受伤|孩子在学校[课间被推倒|体育课摔伤]，[门牙磕断|手臂骨折]，学校和对方家长都不肯全赔，花了{amount}。
C17|较急|O11|培训班停业退费|给孩子报了[英语|舞蹈|美术]培训班{amount}，机构搬走了，家长有{crowd}多个。
C17|一般|O09|学区划分|我家小区划到哪个小学没说清楚，孩子马上要报名入学，请教育局答复。
C17|较急|O09|学生被欺负|儿子读初[一|二]，被同学长期欺负，班主任只说批评教育，孩子不肯去学校。
C17|一般|O09|学校食堂|家长反映学校食堂饭菜质量差，还要统一买点心。
C17|一般|O09|转学学位|外来务工人员子女想转到城区小学，社保满{n}年，学校说没有学位。
C18|一般|O09|村务公开|要求公开我村近{n}年的集体收入和支出，问村会计总说账在镇里。
C18|一般|O14|承包款去向|村干部把集体[林场|沙场|鱼塘]低价承包给亲戚，没有开会表决，承包款没公示，请上级查一查。
C18|较急|O09|外嫁女分红|{group}户联名反映，土地分红别人都有，外嫁女和孩子一分没有，村规民约不公平。
C18|一般|O09|村里摊派|村里修路每户摊派[三百|五百]，不交就不给盖章办事，问合不合规定。
C18|一般|O09|办事拖拉|去村委会开证明跑了{n}趟没人，打电话态度恶劣。
C18|一般|O14|虚报补助|有人在危房改造里虚报冒领补助{amount}，村里都知道，请为我保密。
C19|一般|O10|超限处罚异议|货车被以超限为由罚款{amount}并扣车，我认为称重不准，要求撤销处罚。
C19|一般|O10|登记证久拖不办|申请[小餐饮登记证|建房审批]的材料交齐了，{months}个月不给办也不说理由，属于不作为。
C19|一般|O10|罚单异议|停车贴了罚单，那里没有禁停标志，申诉被驳回，想申请行政复议。
C19|较急|O10|摊棚被拆除|执法来拆我的早餐棚，没有文书，把锅灶全收走了，全家就靠这个吃饭。
C19|一般|O09|举报未答复|举报{place}的无证加工点，执法队{months}个月没有答复，要求书面告知。
C19|一般|O10|责令限期拆除|收到责令限期拆除通知书，当年是招商让建的，认为行政行为违法。
C20|一般|O15|判决执行不到位|法院判了对方赔我{amount}，执行{n}年多一分没拿到，听说财产在他老婆名下。
C20|一般|O15|对一审判决不服|一审判我败诉，证据没质证，上诉又过了期限，请上级监督。
C20|一般|O15|立案侦查无结果|派出所立案侦查一年没有结果，问办案民警只说在查。
C20|较急|O15|申请司法救助|交通事故判赔{amount}，执行只到位一点，我没有劳动能力，问能不能司法救助。
C20|一般|O15|不起诉申诉|[弟弟|儿子]被人打伤，检察院说证据不足不起诉，我们不服，要求抗诉。
C20|一般|O15|立案材料|去法院立案材料退了{n}次，到底差什么又不一次讲清。
C21|较急|O18|低保申请|[儿子车祸后瘫痪|丈夫得了尿毒症]，家里没有收入，低保申请说我们有一辆旧车不符合。
C21|一般|O01|异地就医报销|在外地住院花了{amount}，回来说没有备案只能报一点，问能不能补办。
C21|较急|O18|独居老人特困供养|走访发现独居老人{other}七十{n}岁患糖尿病，没有子女，吃药钱不够。
C21|较急|O18|残疾人补贴停发|女儿重度残疾，护理补贴从[年初|上季度]停了，说系统里查到我们有一辆车。
C21|一般|O01|高龄津贴|母亲今年满八十了，高龄津贴要到哪里申请，要带什么材料。
C21|较急|O18|受灾临时救助|火灾烧掉了我家老屋，一家四口住亲戚家，想申请临时救助和建房补助。
C22|一般|O12|路灯不亮|{place}门口路上路灯坏了一排，晚上黑漆漆的，希望尽快维修。
C22|紧急|O12|井盖破损|{place}人行道井盖破损下沉，天黑看不清，已有骑车人摔倒。
C22|一般|O12|占道经营|流动摊贩每天[早上|傍晚]占道经营，人行道走不过去。
C22|一般|O11|违章搭建|顶楼住户{other}在公共平台搭[阳光房|雨棚]，举报过没有下文。
C22|一般|O12|垃圾未清运|{place}垃圾桶满溢{n}天没清运，污水流到路面，苍蝇很多。
C22|一般|O12|路面坑洼|{place}前面一段路坑坑洼洼，一下雨全是水，请来修一修。
C22|一般|O12|车辆乱停|[小学|菜场]门口车辆乱停乱放，上下学时堵得走不过去。
C23|特急|O16|山坡裂缝险情|连续大雨，{place}后山坡出现裂缝，下方有{n}户人家，其中有卧床老人，请求转移。
C23|较急|O12|飞线充电|出租房一楼停了十来辆电动车飞线充电，楼道堵着杂物，楼上住了{n}户。
C23|特急|O16|落水求救|110转来：有人在{place}江边落水，群众已下水寻找，请求救援。
C23|紧急|O12|燃气味|{place}有很浓的煤气味，已经半个小时，不知道哪里漏的。
C23|特急|O16|老人走失|七十{n}岁老人患老年痴呆，昨天下午走失，一夜没有找到，请求帮忙寻找。
C23|较急|O12|群租房隐患|群租房里液化气瓶放在床边，没有灭火器，电线乱拉，多次叫房东整改不理。
C23|特急|O16|住宅起火|{place}一户人家起火，浓烟很大，楼上有人被困呼救。
C24|一般|O01|咨询司法确认|我想问一下调解好了去法院做司法确认要带什么材料，要不要钱。
C24|一般|O01|咨询调解程序|请问你们这里调解要不要收费，多久能调好，两个人是不是都要到。
C24|一般|O01|咨询遗嘱公证|我想立一份遗嘱，不知道要去公证处还是找律师，手续怎么弄。
C24|一般|O01|建议增设设施|建议在{place}增加[公共厕所|休息座椅|指示牌|公交班次]，方便[老人|游客|上班的人]。
C24|一般|O01|咨询办理时间|请问中心周[六|日]上不上班，几点开门，可以网上预约吗。
C24|一般|O01|表扬窗口服务|来表扬综合窗口的同志服务耐心，同时建议大厅多摆几副老花镜。
C24|一般|O01|看不懂法院文书|老人看不懂法院寄来的传票，来问问上面写的什么，要去哪里。
"""

AMOUNTS = {
    "C01": (800, 60_000), "C02": (3_000, 60_000), "C03": (5_000, 120_000), "C04": (500, 12_000),
    "C05": (6_000, 200_000), "C06": (500, 8_000), "C07": (1_000, 80_000), "C08": (5_000, 150_000), "C09": (800, 20_000),
    "C10": (2_000, 200_000), "C11": (3_000, 200_000), "C12": (100, 8_000), "C13": (2_000, 150_000),
    "C14": (3_000, 200_000), "C15": (500, 20_000), "C17": (1_000, 15_000), "C18": (5_000, 80_000), "C19": (500, 20_000),
    "C20": (10_000, 200_000), "C21": (2_000, 60_000),
}  # fmt: skip
LATER = (
    "已经打过几次电话，没有结果。",
    "希望中心帮忙协调。",
    "请尽快处理。",
    "愿意坐下来谈。",
    "有照片为证。",
    "之前自己找过对方，没谈成。",
)


@cache
def templates(category: str = "") -> tuple[Template, ...]:
    """The templates of a category, or all of them."""
    rows = (Template(*line.split("|", 4)) for line in _lines())
    return tuple(row for row in rows if category in ("", row.category))


def _lines() -> list[str]:
    return [line for line in TEMPLATES.strip().splitlines() if line]


def story(rng: Random, category: str, *, township: str = "330803001", firm: str = "") -> Story:
    """A story of the category, told from a township (nine-digit code); `firm` is the name of the other side."""
    template = rng.choice(templates(category))
    sum_of_money = money(rng, category) if "{amount}" in template.text else None
    people = _people(rng, template.text)
    slots = {
        "place": names.place(rng, township),
        "other": names.nickname(rng),
        "firm": firm or names.firm(rng.randrange(9_000), category).name,
        "amount": spoken(rng, sum_of_money) if sum_of_money else "",
        "count": chinese(people),
        "group": chinese(people),
        "crowd": chinese(people),
        "months": chinese(rng.randint(2, 11)),
        "days": chinese(rng.randint(3, 28)),
        "n": chinese(rng.randint(2, 6)),
    }
    text = filled(rng, template.text, slots)
    if rng.random() < 0.3 and template.urgency not in ("特急", "紧急"):
        text += rng.choice(LATER)
    return Story(category, template.urgency, template.outlet, template.title, text, sum_of_money, people)


def _people(rng: Random, text: str) -> int:
    for slot, least, most in (("{crowd}", 12, 48), ("{count}", 2, 9), ("{group}", 5, 9)):
        if slot in text:
            return rng.randint(least, most)
    return 1


def filled(rng: Random, text: str, slots: Mapping[str, str]) -> str:
    """The template with each `[a|b]` decided and each `{slot}` filled."""
    return CHOICE.sub(lambda match: rng.choice(match[1].split("|")), text).format_map(slots)


def money(rng: Random, category: str) -> Decimal:
    """A sum that fits the category: many small ones, few large ones, mostly round."""
    least, most = AMOUNTS.get(category, (500, 20_000))
    value = least * (most / least) ** rng.random()
    step = 10 if value < 1_000 else 100 if value < 20_000 else 1_000
    return Decimal(max(int(value) // step * step, step))


def spoken(rng: Random, value: Decimal) -> str:
    """How a sum stands in a story: 3800元, 三千八百元, 1.26万元."""
    whole = int(value)
    ways = [f"{whole}元", f"{whole:,}元", f"{chinese(whole)}元"]
    if whole >= 10_000 and whole % 100 == 0:
        ways.append(f"{Decimal(whole) / 10_000:f}万元")
    return rng.choice(ways)


def chinese(number: int) -> str:
    """A whole number below a hundred million in Chinese words: 37 is 三十七, 12806 一万二千八百零六."""
    words = _words(number)
    return words.removeprefix("一") if words.startswith("一十") else words


def _words(number: int) -> str:
    if number < 10:
        return WORDS_OF_DIGITS[number]
    unit, word = next((unit, word) for unit, word in PLACES if number >= unit)
    high, low = divmod(number, unit)
    gap = "零" if low * 10 < unit else ""
    return (chinese(high) if unit == 10_000 else _words(high)) + word + (gap + _words(low) if low else "")


# The life of a matter after it was told

SESSIONS = (
    "双方到场，{applicant}先陈述，{respondent}认可基本事实，对金额有异议。调解员说明有关规定，双方同意{days}日后再谈。",
    "背对背谈话。{applicant}愿意让一步，{respondent}提出分[两|三]期，约定[下周三|下周五]带材料再来。",
    "到{place}现场查看，请村干部和老邻居一起说了当年的情况，双方情绪平和，约定再坐一次。",
    "{respondent}由家属陪同到场。逐项核对票据，[医药费|材料费|工时]部分已无争议，余下由调解员提出方案。",
    "调解员讲明法律规定和诉讼的时间、费用，双方表示愿意在中心解决，就付款时间达成初步意见。",
    "{applicant}宣读诉求，{respondent}当面致歉。双方对事实无异议，就履行方式协商一致，准备签订协议。",
    "电话征求意见：{respondent}称在外地，同意[周六|视频]参加调解。已告知权利义务。",
    "第二次调解。双方围绕责任比例协商，从[三七|四六]开始谈，最后各让一步，请记录人整理协议条款。",
)
FACTS = {
    "C01": "{applicant}为{respondent}提供劳动，双方确认尚欠劳动报酬{amount}。",
    "C02": "{applicant}与{respondent}解除劳动关系，双方对补偿发生争议，核定为{amount}。",
    "C03": "{applicant}在劳动中受伤，双方对医疗费、误工费等进行核算，确认由{respondent}承担{amount}。",
    "C04": "{applicant}与{respondent}为邻居，因相邻使用发生纠纷，造成损失{amount}，双方对事实无异议。",
    "C05": "双方因家庭事务发生纠纷，经核对，确认涉及款项{amount}。",
    "C06": "{applicant}与{respondent}就物业服务发生争议，经核对，涉及金额{amount}。",
    "C07": "{applicant}与{respondent}就房屋使用发生争议，确认应退还（支付）{amount}。",
    "C09": "双方就土地、山林的使用发生争议，经现场丈量，四至无异议，涉及款项{amount}。",
    "C10": "双方发生道路交通事故，责任已经交警部门认定，损失合计{amount}。",
    "C11": "{applicant}在{respondent}处就诊后发生争议，双方自愿协商，补偿数额为{amount}。",
    "C12": "{applicant}向{respondent}购买商品（服务）后发生争议，双方确认应退款项{amount}。",
    "C13": "{respondent}向{applicant}借款，双方对账后确认尚欠{amount}。",
    "C14": "双方存在合同关系，对账后确认{respondent}尚欠{amount}。",
    "C15": "{applicant}的人身（财产）受到损害，经核算损失为{amount}，双方对责任无异议。",
}
FACTS_OTHERWISE = "双方就有关事项发生争议，经调解员核实，涉及款项{amount}，双方对事实无异议。"
DUTIES = (
    "{respondent}一次性支付{applicant}{amount}，{applicant}不再就此事提出其他要求。",
    "{respondent}支付{applicant}{amount}，并当面致歉；{applicant}表示谅解。",
    "{respondent}支付{applicant}{amount}；双方今后互相谅解，不得再因此事发生争执。",
)
DUTIES_WITHOUT_MONEY = (
    "{respondent}于约定期限前[恢复原状|修复到位|拆除占用部分]，{applicant}提供方便，双方今后和睦相处。",
    "{respondent}按约定[移位|整改|调整使用时间]，{applicant}不再就此事提出其他要求。",
)
WAYS = ("当场现金支付", "银行转账", "微信转账", "分期转账", "到中心当面交付")
FOLLOW_UPS = (
    "电话回访{applicant}，[对方已按约履行|钱已经收到]，没有新的问题。",
    "{applicant}说事情已经解决，[对结果满意|谢谢中心帮忙]。",
    "回访时{applicant}表示[基本满意|还可以]，希望以后对方不要再犯。",
    "上门回访，现场已[整改到位|恢复原状]，双方见面打招呼。",
    "电话回访，{applicant}称第一期已付，第二期未到期，会再关注。",
)
FOLLOW_UPS_BROKEN = (
    "回访时{applicant}反映对方没有按约定付款，已提醒{respondent}。",
    "{applicant}说[对方又不接电话|约定的事还没做]，要求中心继续督促。",
)
CONTACTS = (
    ("respondent", "联系{respondent}，说明来访情况，对方[同意来中心谈|说要先问老板|表示明天答复]。"),
    ("department", "电话联系{department}窗口，[已受理，会派人核实|请来访人补充材料|可以当天到场]。"),
    ("applicant", "告知{applicant}下一步安排和联系电话。"),
    ("respondent", "再次联系{respondent}，[无人接听|称在外地，周末回来|愿意先付一部分]。"),
    ("village", "联系村（社区）干部了解情况，[两家确有积怨|之前调过一次没成|愿意一起参加]。"),
    ("applicant", "收到{applicant}补交的[票据|照片|合同复印件]，已登记。"),
)
GIVE_UPS = (
    "一方明确拒绝继续调解，已告知可以申请仲裁或者向人民法院起诉。",
    "双方对金额差距太大，经[两|三]次调解未能达成协议，已告知其他解决途径。",
    "期限届满，双方不同意延长，终止调解，材料退还当事人。",
    "被申请人多次通知不到场，无法继续调解，建议通过诉讼解决。",
    "申请人已向人民法院起诉，终止调解。",
    "事实争议需要鉴定，当事人不愿在调解中委托，终止调解。",
)
CALL_BACKS = (
    "当事人说答应的事没有做到，要求重新调解。",
    "当事人对金额仍有意见，已说明依据和起诉途径，表示理解，不要求重新办理。",
)
COMMENTS = {
    "满意": (
        "处理得很快，谢谢。",
        "调解员讲得明白，服气。",
        "态度好，事情也解决了。",
        "跑一趟就办好了。",
        "钱拿到了，谢谢你们。",
        "老师傅有耐心。",
        "",
    ),
    "基本满意": ("结果可以，就是等得久了点。", "差不多，希望以后快一些。", "解决了一大半。", "还行。", ""),
    "不满意": (
        "说好的事没有做到。",
        "来回跑了好几趟。",
        "没有人告诉我进展。",
        "结果不公平。",
        "钱到现在没拿到。",
    ),
}
ANSWERS = (
    "已当面说明办理条件、所需材料和地点，来访人表示清楚。",
    "经核实，答复如下：情况属实，责任单位已[安排整改|落实经费|列入计划]，预计{days}日内完成。",
    "经调查，所反映的问题[部分属实|缺乏政策依据]，已当面解释说明，并告知救济途径。",
    "责任单位已到现场处置完毕，照片附后，反映人认可。",
)


def sentence(rng: Random, kinds: tuple[str, ...], **slots: str) -> str:
    """One of the sentences of a kind (SESSIONS, FOLLOW_UPS, ANSWERS …) with its slots filled.

    Slots are applicant, respondent, department, place and days; those not given read 申请人, 对方, 有关部门, 现场.
    """
    days = chinese(rng.randint(2, 15))
    known = {
        "applicant": "申请人",
        "respondent": "对方",
        "department": "有关部门",
        "place": "现场",
        "days": days,
    }
    return filled(rng, rng.choice(kinds), known | slots)


def contact(rng: Random, **slots: str) -> tuple[str, str]:
    """One entry of the contact log: who was rung (applicant, respondent, department, village) and what was said."""
    whom, said = rng.choice(CONTACTS)
    return whom, sentence(rng, (said,), **slots)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agreement says: facts, duties, the way of performance."""

    facts: str
    duties: str
    way: str


def terms(rng: Random, category: str, amount: Decimal | None, *, applicant: str, respondent: str) -> Terms:
    """The terms of an agreement. Without a sum of money the duty is to do something."""
    slots = {"applicant": applicant, "respondent": respondent}
    if not amount:
        facts = "双方就有关事项发生争议，经调解员核实，双方对事实无异议。"
        return Terms(facts, sentence(rng, DUTIES_WITHOUT_MONEY, **slots), "按约定完成并经双方确认")
    slots["amount"] = f"{amount:,.2f}元"
    facts = sentence(rng, (FACTS.get(category, FACTS_OTHERWISE),), **slots)
    return Terms(facts, sentence(rng, DUTIES, **slots), rng.choice(WAYS))
