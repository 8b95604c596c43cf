/// Numbers that depend on a seed and on what they are for, and on nothing else.
///
/// There is no state, so any user of a large tenant can be made alone, in any order, and is always the same. The
/// mixing is the finalizer of SplitMix64.
struct Dice: Sendable {
    /// What a number is for; numbers of different purposes have nothing to do with one another.
    enum Purpose: UInt64 {
        case firstName = 1, lastName, country, status, group, department, title, age, lastLogin, password, role, app
        case device, phone, directory, manager, token, request, plan, session, kind, jitter, note, address, risk, fault
    }

    let seed: UInt64

    /// A number of 64 bits.
    func number(_ purpose: Purpose, _ index: Int) -> UInt64 {
        Self.mix(
            seed &+ Self.mix(purpose.rawValue &* 0x9E37_79B9_7F4A_7C15 &+ Self.mix(UInt64(bitPattern: Int64(index)))))
    }

    /// A number from 0 up to, and not with, `bound`, which is at least 1.
    func below(_ bound: Int, _ purpose: Purpose, _ index: Int) -> Int {
        Int(number(purpose, index) % UInt64(bound))
    }

    /// The first place whose running sum of `weights` passes a number below their total.
    func place(weights: [Int], _ purpose: Purpose, _ index: Int) -> Int {
        var rest = below(weights.reduce(0, +), purpose, index)
        for (place, weight) in weights.enumerated() {
            if rest < weight { return place }
            rest -= weight
        }
        return weights.count - 1
    }

    /// `digits` lower-case hexadecimal digits.
    func hex(_ digits: Int, _ purpose: Purpose, _ index: Int) -> String {
        let alphabet = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        var word: UInt64 = 0
        for place in 0..<digits {
            if place % 16 == 0 { word = number(purpose, index &* 64 &+ place / 16) }
            text.append(alphabet[Int(word & 15)])
            word >>= 4
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
