/// The commands of LaTeX that a line of text has a word or sign for.
enum MathSigns {
  /// Commands that say how to set what follows.
  static let unseen = words(
    """
    big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm Bigm displaystyle textstyle
    scriptstyle scriptscriptstyle limits nolimits mathrm mathbf mathit mathcal mathfrak mathsf
    mathtt mathscr boldsymbol bold text textrm textbf textit textsf texttt textnormal mbox hbox rm bf
    it cal sf tt pmb bm emph underline mathop mathrel mathbin mathord mathopen mathclose
    mathpunct mathinner mathstrut strut bigskip smash hline nonumber notag boxed ensuremath
    """)

  /// Names that are written as they are.
  static let functions = words(
    """
    sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth log ln lg exp lim limsup liminf
    max min sup inf det dim ker deg gcd hom arg Pr mod bmod sgn
    """)

  /// Combining marks of one letter.
  static let accents = [
    "vec": "\u{20D7}", "overrightarrow": "\u{20D7}", "hat": "\u{302}", "widehat": "\u{302}",
    "bar": "\u{304}", "overline": "\u{304}", "tilde": "\u{303}", "widetilde": "\u{303}",
    "dot": "\u{307}", "ddot": "\u{308}", "check": "\u{30C}", "acute": "\u{301}",
    "grave": "\u{300}", "breve": "\u{306}", "mathring": "\u{30A}",
  ]

  static let signs: [String: String] = {
    var signs: [String: String] = [:]
    let parts = words(list)
    for part in parts {
      let pair = part.split(separator: "=", maxSplits: 1)
      if pair.count == 2 { signs[String(pair[0])] = String(pair[1]) }
    }
    return signs
  }()

  private static func words(_ text: String) -> Set<String> {
    Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
  }

  private static let list = """
    alpha=α beta=β gamma=γ delta=δ epsilon=ϵ varepsilon=ε zeta=ζ eta=η theta=θ vartheta=ϑ iota=ι
    kappa=κ varkappa=ϰ lambda=λ mu=μ nu=ν xi=ξ omicron=ο pi=π varpi=ϖ rho=ρ varrho=ϱ sigma=σ
    varsigma=ς tau=τ upsilon=υ phi=ϕ varphi=φ chi=χ psi=ψ omega=ω Gamma=Γ Delta=Δ Theta=Θ Lambda=Λ
    Xi=Ξ Pi=Π Sigma=Σ Upsilon=Υ Phi=Φ Psi=Ψ Omega=Ω Alpha=Α Beta=Β Epsilon=Ε Zeta=Ζ Eta=Η Iota=Ι
    Kappa=Κ Mu=Μ Nu=Ν Omicron=Ο Rho=Ρ Tau=Τ Chi=Χ
    cdot=· cdots=… ldots=… dots=… dotsc=… dotsb=… dotsm=… dotsi=… dotso=… vdots=… times=× div=÷ pm=±
    mp=∓ ast=* star=⋆ bullet=• circ=∘ degree=° oplus=⊕ ominus=⊖ otimes=⊗ odot=⊙ dagger=† ddagger=‡
    cap=∩ cup=∪ setminus=∖ smallsetminus=∖ wedge=∧ land=∧ vee=∨ lor=∨ neg=¬ lnot=¬ bigcup=⋃ bigcap=⋂
    bigoplus=⨁ bigotimes=⨂ bigwedge=⋀ bigvee=⋁ bigsqcup=⨆ sqcup=⊔ sqcap=⊓ uplus=⊎ amalg=⨿ coprod=∐
    sum=∑ prod=∏ int=∫ iint=∬ iiint=∭ oint=∮ oiint=∯ nabla=∇ partial=∂ infty=∞ surd=√
    le=≤ leq=≤ leqslant=≤ ge=≥ geq=≥ geqslant=≥ ne=≠ neq=≠ lt=< gt=> ll=≪ gg=≫ equiv=≡ approx=≈
    sim=~ thicksim=~ simeq=≃ cong=≅ doteq=≐ propto=∝ asymp=≍ prec=≺ succ=≻ preceq=⪯ succeq=⪰
    lesssim=≲ gtrsim=≳ nleq=≰ ngeq=≱ perp=⊥ parallel=∥ nparallel=∦ mid=| nmid=∤ models=⊨ vdash=⊢
    vDash=⊨ dashv=⊣ top=⊤ bot=⊥ in=∈ isin=∈ notin=∉ ni=∋ subset=⊂ sub=⊂ subseteq=⊆ sube=⊆ subsetneq=⊊
    supset=⊃ supseteq=⊇ supsetneq=⊋ sqsubset=⊏ sqsubseteq=⊑ emptyset=∅ varnothing=∅ empty=∅
    exists=∃ nexists=∄ exist=∃ forall=∀ therefore=∴ because=∵
    to=→ rightarrow=→ rarr=→ longrightarrow=→ leftarrow=← larr=← gets=← longleftarrow=← mapsto=↦
    longmapsto=↦ leftrightarrow=↔ longleftrightarrow=↔ Rightarrow=⇒ Longrightarrow=⇒ implies=⇒
    Leftarrow=⇐ Longleftarrow=⇐ impliedby=⇐ Leftrightarrow=⇔ Longleftrightarrow=⇔ iff=⇔ uparrow=↑
    downarrow=↓ updownarrow=↕ Uparrow=⇑ Downarrow=⇓ nearrow=↗ searrow=↘ swarrow=↙ nwarrow=↖
    hookrightarrow=↪ hookleftarrow=↩ rightharpoonup=⇀ rightharpoondown=⇁ leftharpoonup=↼
    leftharpoondown=↽ rightleftharpoons=⇌ leftrightharpoons=⇋ rightsquigarrow=⇝ leadsto=⇝
    twoheadrightarrow=↠ rightarrowtail=↣ upharpoonright=↾ restriction=↾
    langle=⟨ rangle=⟩ lbrace={ rbrace=} lbrack=[ rbrack=] lfloor=⌊ rfloor=⌋ lceil=⌈ rceil=⌉ vert=|
    lvert=| rvert=| Vert=‖ lVert=‖ rVert=‖ backslash=\\ prime=′ angle=∠ measuredangle=∡ triangle=△
    bigtriangleup=△ square=□ Box=□ Diamond=◇ blacksquare=■ lozenge=◊ clubsuit=♣ diamondsuit=♢
    heartsuit=♡ spadesuit=♠ flat=♭ sharp=♯ natural=♮ checkmark=✓ copyright=© pounds=£ S=§ P=¶
    hbar=ħ hslash=ℏ ell=ℓ wp=℘ Re=Re Im=Im aleph=ℵ alef=ℵ beth=ℶ gimel=ℷ imath=ı jmath=ȷ mho=℧ eth=ð
    complement=∁ C=ℂ R=ℝ N=ℕ Z=ℤ Q=ℚ reals=ℝ Reals=ℝ natnums=ℕ cnums=ℂ Complex=ℂ
    colon=: quot=" percent=% euro=€ AA=Å ltimes=⋉ rtimes=⋊ bowtie=⋈ wr=≀ diamond=⋄ triangleleft=◁
    triangleright=▷ vartriangle=△ trianglelefteq=⊴ trianglerighteq=⊵ boxtimes=⊠ boxplus=⊞
    """
}
