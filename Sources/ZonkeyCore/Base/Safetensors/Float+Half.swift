/// Half precision, whose conversions in the standard library call a function for each number on
/// processors that need not have an instruction for it; models and latents are millions.
extension Float {
  /// The half-precision number with these bits, exactly.
  package init(half bits: UInt16) {
    let magnitude = UInt32(bits & 0x7FFF) << 13
    // The product sets the exponent's other bias, and normalises what was subnormal.
    let finite = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
    let value = magnitude < 0x7C00 << 13 ? finite : magnitude | 0x7F80_0000
    self.init(bitPattern: value | UInt32(bits & 0x8000) << 16)
  }

  /// The bits of the nearest number of half precision, ties to even; infinite from 65520 on.
  package var halfBits: UInt16 {
    let magnitude = bitPattern & 0x7FFF_FFFF
    // The exponent's other bias, and half of the last bit that stays, or a little less of an even one.
    let normal = (magnitude &+ (0xC800_0FFF &+ (magnitude >> 13 & 1))) >> 13
    // In a sum with ½ the last bit is worth that of the subnormal numbers.
    let subnormal = (Float(bitPattern: magnitude) + 0.5).bitPattern &- (0.5 as Float).bitPattern
    let infinite: UInt32 = magnitude > 0x7F80_0000 ? 0x7E00 : 0x7C00
    let finite = magnitude < 113 << 23 ? subnormal : normal
    let bits = magnitude < 0x477F_F000 ? finite : infinite
    return UInt16(truncatingIfNeeded: bits | bitPattern >> 16 & 0x8000)
  }
}
