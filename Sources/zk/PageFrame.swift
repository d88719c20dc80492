/// What every page of zk begins with: one file that needs neither network nor script.
enum PageFrame {
  /// The typeface of every page, as CSS names it: the nearest to Palatino that a system has.
  static let serif = """
    "Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L",P052,Charter,\
    "Bitstream Charter",Georgia,"Noto Serif","Liberation Serif",serif
    """

  /// Where a page is written; throws `cannotCreate` where another file is there.
  static func output(path: String) throws -> FileOutput {
    try FileOutput(path: path, replacing: beginning)
  }

  /// How every page begins.
  static let beginning: StaticString = "<!DOCTYPE html>"

  /// The name that a page has for its inputs; `-` is standard input.
  static func name(of sources: [String]) -> String {
    let path = sources.first ?? "-"
    let last = path.split(separator: "/").last.map(String.init) ?? path
    let first = path == "-" ? "Standard input" : last
    return sources.count > 1 ? "\(first) and \(sources.count - 1) more" : first
  }

  /// The document up to its body's first line; `title` is not escaped yet. With `refreshSeconds` the
  /// browser reads the page again that often.
  static func head(
    title: String, subject: String, css: String, refreshSeconds: Int? = nil
  ) -> String {
    let refresh = refreshSeconds.map { "<meta http-equiv=\"refresh\" content=\"\($0)\" />\n" }
    return """
      \(beginning)
      <html lang="en">
      <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="generator" content="zk \(zkVersion)" />
      <meta http-equiv="Content-Security-Policy" \
      content="default-src 'none'; style-src 'unsafe-inline'" />
      \(refresh ?? "")<title>\(HTMLText.escaped(title)) – \(subject)</title>
      <style>
      \(css)</style>
      </head>
      <body>

      """
  }
}
