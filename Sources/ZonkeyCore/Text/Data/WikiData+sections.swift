// swift-format-ignore-file
// Made by scripts/embed-wiki-data.sh out of share/zk/wiki/sections.tsv. Change that file, and run `make data`.

extension WikiData {
  static let sections = #"""
    # Headings of sections at the end of articles that are no prose, by language, in small letters.
    en	see also|references|external links|external link|further reading|notes|footnotes|citations|bibliography|sources|notes and references|references and notes|footnotes and references|references and further reading|reference|works cited|endnotes|general references|primary sources|secondary sources|references and sources|cited sources|citations and references|explanatory notes|selected bibliography|notes and citations
    de	weblinks|einzelnachweise|literatur|siehe auch|anmerkungen|quellen|fußnoten|belege|nachweise|anmerkungen und einzelnachweise|quellen und einzelnachweise|literatur und quellen|quellen und literatur|literatur und weblinks|referenzen
    fr	voir aussi|références|liens externes|notes et références|bibliographie|notes|annexes|articles connexes|lien externe|sources|références et notes|notes, sources et références|liens et documents externes
    es	véase también|referencias|enlaces externos|bibliografía|notas|fuentes|notas y referencias|referencias y notas|bibliografía adicional|lectura adicional|lecturas adicionales|otras lecturas|enlaces
    it	note|bibliografia|voci correlate|altri progetti|collegamenti esterni|fonti|riferimenti|riferimenti bibliografici|note esplicative
    pt	ver também|referências|ligações externas|bibliografia|notas|notas e referências|referências bibliográficas|leitura adicional|leitura complementar|fontes|ver tambem
    nl	externe links|externe link|referenties|bronnen|bronnen, noten en/of referenties|zie ook|literatuur|noten|voetnoten|bronvermelding|bronnen en referenties|referentie|bibliografie|noten en referenties
    sv	se även|referenser|externa länkar|källor|noter|litteratur|vidare läsning|källor och noter|fotnoter|tryckta källor|webbkällor|källhänvisningar|anmärkningar
    pl	zobacz też|przypisy|bibliografia|linki zewnętrzne|uwagi|literatura|źródła|uwagi i przypisy
    ru	см. также|примечания|литература|ссылки|источники|библиография|сноски|примечания и ссылки|комментарии|ссылки и примечания
    uk	див. також|примітки|література|посилання|джерела|виноски|бібліографія
    be	гл. таксама|крыніцы|літаратура|спасылкі|зноскі|заўвагі
    bg	вижте също|източници|външни препратки|бележки|литература|библиография|препратки|бележки и източници|използвана литература
    sr	види још|референце|спољашње везе|литература|напомене|извори|белешке|vidi još|reference|spoljašnje veze|izvori
    hr	izvori|vanjske poveznice|poveznice|bilješke|literatura|vidi još|također pogledajte|bilješke i literatura
    bs	reference|vanjski linkovi|također pogledajte|literatura|bilješke
    sh	vidi još|reference|izvori|spoljašnje veze|vanjske veze|literatura|vanjski linkovi
    mk	наводи|надворешни врски|поврзано|литература|белешки|користена литература|извори
    sl	glej tudi|sklici|viri|zunanje povezave|opombe|literatura|sklici in opombe
    cs	reference|externí odkazy|související články|literatura|poznámky|odkazy|zdroje|použitá literatura
    sk	referencie|externé odkazy|pozri aj|literatúra|poznámky|zdroje|iné projekty|referencie a bibliografia
    hu	jegyzetek|források|további információk|kapcsolódó szócikkek|irodalom|külső hivatkozások|lásd még|megjegyzések|fordítás|bibliográfia
    ro	note|referințe|legături externe|vezi și|bibliografie|lectură suplimentară|note și referințe|surse
    da	se også|referencer|eksterne henvisninger|kilder|noter|litteratur|kilder/eksterne henvisninger|henvisninger
    no	se også|referanser|eksterne lenker|kilder|noter|litteratur|fotnoter
    nb	se også|referanser|eksterne lenker|kilder|noter|litteratur|fotnoter
    nn	sjå også|kjelder|bakgrunnsstoff|referansar|eksterne lenkjer|notar|litteratur|fotnotar
    fi	katso myös|lähteet|aiheesta muualla|viitteet|kirjallisuutta|huomautukset|alaviitteet|kirjallisuus
    et	vaata ka|viited|välislingid|kirjandus|allikad|märkused
    lv	skatīt arī|atsauces|ārējās saites|literatūra|piezīmes|avoti
    ltg	vērtīs taipoš|nūruodis|iztuolejuos saitys|ārejī saiti|vereit taipoš|viereibys|lobuok redzit taipoš
    lt	šaltiniai|nuorodos|taip pat skaityti|literatūra|išnašos|pastabos|taip pat žiūrėti
    tr	kaynakça|dış bağlantılar|ayrıca bakınız|notlar|kaynaklar|konuyla ilgili yayınlar|dipnotlar|kaynakça ve notlar
    az	istinadlar|xarici keçidlər|həmçinin bax|mənbə|ədəbiyyat|qeydlər|mənbələr
    kk	дереккөздер|сыртқы сілтемелер|тағы қараңыз|пайдаланылған әдебиет|сілтемелер
    uz	manbalar|havolalar|yana qarang|adabiyotlar
    el	παραπομπές|εξωτερικοί σύνδεσμοι|δείτε επίσης|πηγές|βιβλιογραφία|σημειώσεις|παραπομπές και σημειώσεις
    he	ראו גם|הערות שוליים|קישורים חיצוניים|לקריאה נוספת|ביאורים|מקורות
    ar	انظر أيضا|انظر أيضًا|مراجع|المراجع|وصلات خارجية|روابط خارجية|مصادر|هوامش|ملاحظات|المصادر|قراءة متعمقة|طالع أيضا|فهرس المراجع
    fa	جستارهای وابسته|منابع|پانویس|پیوند به بیرون|یادداشت‌ها|پانوشت|منابع و پانویس|کتاب‌شناسی
    ur	مزید دیکھیے|حوالہ جات|بیرونی روابط
    hi	इन्हें भी देखें|सन्दर्भ|संदर्भ|बाहरी कड़ियाँ|टिप्पणियाँ|इन्हें भी देखे
    bn	আরও দেখুন|তথ্যসূত্র|বহিঃসংযোগ|পাদটীকা|টীকা|আরো দেখুন
    ta	மேற்கோள்கள்|வெளி இணைப்புகள்|இவற்றையும் பார்க்கவும்|உசாத்துணை
    th	ดูเพิ่ม|อ้างอิง|แหล่งข้อมูลอื่น|เชิงอรรถ|หมายเหตุ
    vi	xem thêm|tham khảo|liên kết ngoài|chú thích|ghi chú|thư mục|đọc thêm
    id	lihat pula|referensi|pranala luar|catatan kaki|catatan|bacaan lanjutan|daftar pustaka|rujukan|sumber
    ms	lihat juga|rujukan|pautan luar|nota|bacaan lanjut
    ja	脚注|関連項目|外部リンク|参考文献|出典|注釈|注釈・出典|関連文献|注|参照|脚注・出典|出典・脚注
    zh	参见|參見|参考文献|參考文獻|外部链接|外部連結|注释|註釋|参考资料|參考資料|扩展阅读|延伸閱讀|延伸阅读|相关条目|相關條目|外部連接|註解|注解|来源|來源|脚注|腳註|备注|備註|参考|參考
    ko	같이 보기|각주|외부 링크|참고 문헌|참고 자료|출처|주석|각주 및 참고 문헌
    ca	vegeu també|referències|enllaços externs|bibliografia|notes|notes i referències|bibliografia complementària|fonts
    eu	erreferentziak|kanpo estekak|ikus, gainera|bibliografia|oharrak
    gl	notas|véxase tamén|outros artigos|ligazóns externas|bibliografía|referencias
    eo	vidu ankaŭ|referencoj|eksteraj ligiloj|notoj|fontoj|literaturo
    la	notae|nexus externi|bibliographia|vide etiam|fontes
    hy	տես նաև|ծանոթագրություններ|արտաքին հղումներ|գրականություն
    ka	იხილეთ აგრეთვე|სქოლიო|რესურსები ინტერნეტში|ლიტერატურა
    sq	shiko edhe|referime|referimet|lidhje të jashtme|burimet
    af	sien ook|verwysings|eksterne skakels|bronne|bronnelys
    cy	gweler hefyd|cyfeiriadau|dolenni allanol|ffynonellau
    is	tilvísanir|heimildir|tenglar|tengt efni
    tl	mga sanggunian|sanggunian|mga kawing panlabas|tingnan din|talababa
    si	යොමු|ආශ්‍රිත
    te	మూలాలు|బయటి లింకులు|ఇవి కూడా చూడండి|బయటి లంకెలు
    ml	അവലംബം|അവലംബങ്ങൾ|പുറത്തേക്കുള്ള കണ്ണികൾ|ഇതും കാണുക
    kn	ಉಲ್ಲೇಖಗಳು|ಬಾಹ್ಯ ಸಂಪರ್ಕಗಳು|ಇವನ್ನೂ ನೋಡಿ
    mr	संदर्भ|बाह्य दुवे|हेही पाहा|संदर्भ आणि नोंदी
    gu	સંદર્ભ|બાહ્ય કડીઓ
    pa	ਹਵਾਲੇ|ਬਾਹਰੀ ਲਿੰਕ
    ga	tagairtí|naisc sheachtracha|féach freisin
    gd	iomraidhean|ceanglaichean a-mach
    br	notennoù|notennoù ha daveennoù|liammoù diavaez
    oc	nòtas e referéncias|referéncias|ligams extèrnes
    an	referencias|vinclos externos|se veiga tamién
    ast	referencies|enllaces esternos|ver tamién
    lb	referenzen|um spaweck|kuckt och
    fy	boarnen, noaten en referinsjes|boarnen, noaten en/as referinsjes|keppeling om utens
    sw	marejeo|viungo vya nje|tazama pia|tanbihi
    yo	itokasi|àwọn itokasi
    jv	cathetan suku|rujukan|pranala njaba
    su	rujukan|tumbu kaluar
    war	mga kasarigan|mga sumpay ha gawas
    ceb	ang mga gi basihan niini|gikan sa gawas
    ku	çavkanî|girêdanên derve|binêre|bibîne
    ckb	سەرچاوەکان|بەستەری دەرەکی|پەراوێز
    ps	سرچينې|باندنۍ تړنې
    arz	مصادر|لينكات برانيه|لينكات
    azb	قایناق|قایناقلار|ائشیک باغلانتیلار
    tt	искәрмәләр|сылтамалар|чыганаклар|әдәбият
    ba	иҫкәрмәләр|һылтанмалар|сығанаҡтар|әҙәбиәт
    cv	асăрхавсем|каçăсем|вуламалли
    ce	билгалдахарш|хьажоргаш|литература
    os	фиппаинæгтæ|æрвитæнтæ|литературæ
    sah	быһаарыылар|сигэлэр
    mn	эшлэл|ишлэл|эх сурвалж|цахим холбоос|тэмдэглэл
    ky	булактар|шилтемелер|колдонулган адабият|колдонулган адабияттар
    tg	эзоҳ|пайвандҳо|сарчашма|адабиёт|пайвандҳои беруна
    my	ကိုးကား|ပြင်ပလင့်ခ်များ
    km	ឯកសារយោង|តំណភ្ជាប់ខាងក្រៅ
    lo	ອ້າງອີງ
    yue	出面網頁|參考|睇埋|出面網址
    """#
}
