/// A path under Tests/Fixtures.
package func fixturePath(_ name: String) -> String {
  #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    .joined(separator: "/") + "/Fixtures/" + name
}
