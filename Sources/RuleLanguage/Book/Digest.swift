import Crypto

/// SHA-256 as the identity of what was loaded.
enum Digest {
    /// 64 hex digits over the UTF-8 of the text.
    static func hex(of text: String) -> String {
        var hash = SHA256()
        hash.update(data: Array(text.utf8))
        let digits = Array("0123456789abcdef".utf8)
        let bytes = hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Names with `*` (any run of characters) and `?` (any one), as in file names.
enum Glob {
    /// Whether the whole name fits; linear in the product of both lengths, without recursion.
    static func matches(_ name: String, pattern: String) -> Bool {
        let (name, pattern) = (Array(name.unicodeScalars), Array(pattern.unicodeScalars))
        var (at, place) = (0, 0)
        var star: (at: Int, place: Int)?
        while at < name.count {
            if place < pattern.count, pattern[place] == "*" {
                star = (at, place)
                place += 1
            } else if place < pattern.count, pattern[place] == "?" || pattern[place] == name[at] {
                at += 1
                place += 1
            } else if let last = star {
                star = (last.at + 1, last.place)
                (at, place) = (last.at + 1, last.place + 1)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == "*" }
    }
}
