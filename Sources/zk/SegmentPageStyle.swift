/// The style sheet of a `SegmentPage`.
///
/// Level 0 is a wash of red that sets in where a segment starts and runs out; every level above has
/// a line of its own underneath, the first nearest to the text. Position tells the levels apart as
/// well as colour does. All of it follows the reader's choice of light or dark.
enum SegmentPageStyle {
  /// The colours of the levels as red, green and blue, on light and on dark paper; they come round
  /// again for levels beyond.
  private static let light = ["190 62 34", "28 82 138", "52 108 44", "122 60 134"]
  private static let dark = ["240 120 84", "120 176 236", "140 198 120", "206 150 218"]

  static func css(levelCount: Int) -> String {
    let levels = 0..<levelCount
    func colors(_ palette: [String]) -> String {
      levels.map { "--c\($0):\(palette[$0 % palette.count]);" }.joined()
    }
    return """
      :root{color-scheme:light dark;--paper:#fcfaf5;--ink:#211d18;--soft:#6b6358;--rule:#ded7ca;--dot:#a79d8d;
      \(colors(light))--lines:\(max(0, levelCount - 1))}
      @media(prefers-color-scheme:dark){:root{--paper:#181613;--ink:#e8e2d6;--soft:#a39a8b;\
      --rule:#3a352e;--dot:#746b5e;
      \(colors(dark))}}
      \(page)\(levels.map(level).joined())\(wide)
      """
  }

  private static func level(_ level: Int) -> String {
    let hidden = "body:has(#show\(level):not(:checked)) main .l\(level)"
    return """
      .l\(level){--c:var(--c\(level))\(level > 0 ? ";padding-bottom:\(padding(level))em" : "")}
      \(hidden){background-image:none}
      \(hidden)::before{display:none}

      """
  }

  /// Room for the lines of the levels below, in hundredths so that the text is exact.
  private static func padding(_ level: Int) -> String {
    let hundredths = 10 + 32 * (level - 1)
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }

  private static let page = """
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;scroll-padding-top:4rem}
    body{margin:0 auto;max-width:46rem;padding:0 1.25rem 4rem;background:var(--paper);\
    color:var(--ink);font:1.125rem/1.5 \(PageFrame.serif);\
    font-variant-numeric:oldstyle-nums;text-rendering:optimizeLegibility}
    h1{margin:3.5rem 0 .5rem;font-size:1.9rem;font-weight:400;line-height:1.2;\
    overflow-wrap:anywhere}
    header p{margin:0 0 1.5rem;max-width:36rem;color:var(--soft);font-style:italic}
    .bar{position:sticky;top:0;z-index:1;display:flex;flex-wrap:wrap;align-items:baseline;\
    gap:.2rem 1.25rem;margin:0 0 1.5rem;padding:.6rem 0;border:0;\
    border-bottom:1px solid var(--rule);background:var(--paper);font-size:.875rem;\
    line-height:1.9;color:var(--soft)}
    .bar label{cursor:pointer;white-space:nowrap}
    .bar .right{margin-left:auto}
    .bar input{margin:0 .4em 0 0;vertical-align:-.1em;accent-color:var(--ink)}
    :focus-visible{outline:2px solid rgb(var(--c0));outline-offset:2px}
    .key,.scale{color:var(--ink)}
    .scale .s{padding-right:.9em;font-size:.85em}
    .hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
    article{position:relative;padding:.35rem .25rem;margin:0 -.25rem;content-visibility:auto;\
    contain-intrinsic-size:auto 5rem}
    article h2{margin:0 0 .3rem;font-size:1.35rem;font-weight:400;font-style:italic;\
    line-height:1.25}
    article p{margin:0;line-height:calc(1.65 + .3*var(--lines));white-space:pre-wrap;\
    overflow-wrap:anywhere}
    article:has(h2){margin-top:1.6rem}
    .number{display:block;font-size:.75rem;line-height:1.4;color:var(--soft);text-decoration:none}
    .number:hover{text-decoration:underline}
    .again{margin:.5rem 0 0;font-size:1rem}
    .again dt{float:left;clear:left;margin-right:.8em;font-size:.75rem;line-height:1.6rem;\
    color:var(--soft);font-variant-numeric:lining-nums}
    .again dd{margin:0 0 .15rem;line-height:1.6rem;white-space:pre-wrap;overflow-wrap:anywhere;\
    color:var(--soft)}
    body:has(#again:not(:checked)) .again{display:none}
    mark{background:rgb(var(--c0)/.1);color:rgb(var(--c0));text-decoration:underline 2px;\
    text-underline-offset:.2em;text-decoration-skip-ink:none}
    .variants{margin:0;padding:0;list-style:none}
    .variants p{line-height:1.6;margin:0 0 .6rem}
    .seed{font-size:.75rem;color:var(--soft);font-variant-numeric:lining-nums}
    .variants mark{color:inherit}
    .empty,.cut{color:var(--soft);font-style:italic}
    .s{background-repeat:no-repeat;-webkit-print-color-adjust:exact;print-color-adjust:exact;\
    --shade:calc(.22 + var(--p)*.006);--wash:calc(.05 + var(--p)*.0035)}
    .l0{background-image:linear-gradient(to right,rgb(var(--c0)/var(--wash)),\
    rgb(var(--c0)/0) 1.1em)}
    .s:not(.l0){background-image:\
    linear-gradient(rgb(var(--c)/var(--shade)),rgb(var(--c)/var(--shade))),\
    linear-gradient(rgb(var(--c)/var(--shade)),rgb(var(--c)/var(--shade)));\
    background-size:calc(100% - 5px) 1.5px,2px .36em;background-position:1px 100%,1px 100%}
    p:dir(rtl) .l0{background-image:linear-gradient(to left,rgb(var(--c0)/var(--wash)),\
    rgb(var(--c0)/0) 1.1em)}
    p:dir(rtl) .s:not(.l0){background-position:4px 100%,calc(100% - 1px) 100%}
    main .l0:hover{background-color:rgb(var(--c0)/.16)}
    body:has(#figures:checked) main .s::before{counter-reset:p var(--p);content:counter(p);\
    margin-right:.15em;font-size:.55em;font-style:normal;vertical-align:.75em;line-height:0;\
    color:rgb(var(--c,var(--c0)));font-variant-numeric:lining-nums}
    body:has(#figures:checked) main .l0{--wash:calc(.03 + var(--p)*.0013)}
    main i{font-style:normal}
    body:has(#spaces:checked) main i:not(.c){background:radial-gradient(circle at 50% 58%,\
    var(--dot) .045em,transparent .075em)}
    body:has(#spaces:checked) main i.t{background:linear-gradient(var(--dot),var(--dot)) \
    50% 58%/calc(100% - .4em) 1px no-repeat}
    body:has(#spaces:checked) main i.n::before,i.c{color:var(--soft);font-size:.8em}
    body:has(#spaces:checked) main i.n{background:none}
    body:has(#spaces:checked) main i.n::before{content:"↵"}
    footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--rule);font-size:.875rem;\
    color:var(--soft)}
    footer table{border-collapse:collapse;font-variant-numeric:lining-nums tabular-nums}
    footer th{font-weight:400;font-style:italic;text-align:left}
    footer td,footer th{padding:.1rem 1.5rem .1rem 0;vertical-align:baseline}
    footer td:nth-child(2){text-align:right}
    .omission{color:var(--ink)}
    code{font-size:.9em;font-family:ui-monospace,"DejaVu Sans Mono",monospace}

    """

  /// Document numbers hang in the margin where there is one.
  private static let wide = """
    @media(min-width:56rem){article{margin-left:-4.5rem;padding-left:4.5rem}\
    .number{position:absolute;left:0;width:3.5rem;text-align:right;\
    line-height:calc(1.125rem/.75rem*(1.65 + .3*var(--lines)))}\
    article:has(h2) .number{line-height:2.8}}
    @media print{.bar{display:none}article{content-visibility:visible}}

    """
}
