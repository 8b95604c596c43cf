/// Looks for what PCRE2 would compile and we refuse.
struct PatternScan {
    private let bytes: [UInt8]
    private let extended: Bool
    private let skipsComments: Bool
    private var place = 0
    private var hasCommentMode = false

    /// The first refused construct; nil when there is none.
    static func refusal(in bytes: [UInt8], extended: Bool) -> PatternError? {
        var scan = PatternScan(bytes: bytes, extended: extended, skipsComments: false)
        if let refusal = scan.run() { return refusal }
        // With (?x) a `#` may begin a comment; what hides behind one reading must not pass by the other.
        guard scan.hasCommentMode else { return nil }
        var second = PatternScan(bytes: bytes, extended: extended, skipsComments: true)
        return second.run()
    }

    private init(bytes: [UInt8], extended: Bool, skipsComments: Bool) {
        self.bytes = bytes
        self.extended = extended
        self.skipsComments = skipsComments
    }

    private func at(_ place: Int) -> UInt8 { place < bytes.count ? bytes[place] : 0 }

    private mutating func run() -> PatternError? {
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\\"):
                if let refusal = escape() { return refusal }
            case UInt8(ascii: "["): skipClass()
            case UInt8(ascii: "("):
                if let refusal = bracket() { return refusal }
                place += 1
            case UInt8(ascii: "#") where skipsComments:
                while place < bytes.count, bytes[place] != 0x0a { place += 1 }
            default: place += 1
            }
        }
        return nil
    }

    private func refuse(_ what: String) -> PatternError { PatternError(message: what, offset: place) }

    private mutating func escape() -> PatternError? {
        let next = at(place + 1)
        switch next {
        case UInt8(ascii: "G"): return refuse("`\\G` is not allowed")
        case UInt8(ascii: "K"): return refuse("`\\K` is not allowed")
        case UInt8(ascii: "Q"):
            place += 2
            while place < bytes.count, !(bytes[place] == UInt8(ascii: "\\") && at(place + 1) == UInt8(ascii: "E")) {
                place += 1
            }
            return nil
        case UInt8(ascii: "g"), UInt8(ascii: "k"), UInt8(ascii: "1")...UInt8(ascii: "9"):
            if !extended {
                return refuse("a backreference or a call of a group needs `regex: extended`")
            }
        default: break
        }
        place += 2
        return nil
    }

    private mutating func skipClass() {
        place += 1
        if at(place) == UInt8(ascii: "^") { place += 1 }
        if at(place) == UInt8(ascii: "]") { place += 1 }
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\\"):
                if at(place + 1) == UInt8(ascii: "Q") { skipQuoted() } else { place += 2 }
            case UInt8(ascii: "[") where at(place + 1) == UInt8(ascii: ":"):
                skipPosixName()
            case UInt8(ascii: "]"):
                place += 1
                return
            default: place += 1
            }
        }
    }

    private mutating func skipQuoted() {
        place += 2
        while place < bytes.count, !(bytes[place] == UInt8(ascii: "\\") && at(place + 1) == UInt8(ascii: "E")) {
            place += 1
        }
        place += 2
    }

    /// `[:alpha:]` inside a class; a `[` that begins no such name is an ordinary character.
    private mutating func skipPosixName() {
        var end = place + 2
        while end < bytes.count, bytes[end] | 0x20 >= 97, bytes[end] | 0x20 <= 122 || bytes[end] == 0x5e { end += 1 }
        let isName = at(end) == UInt8(ascii: ":") && at(end + 1) == UInt8(ascii: "]")
        place = isName ? end + 2 : place + 1
    }

    private mutating func bracket() -> PatternError? {
        if at(place + 1) == UInt8(ascii: "*") { return refuse("`(*...)` is not allowed") }
        guard at(place + 1) == UInt8(ascii: "?") else { return nil }
        switch at(place + 2) {
        case UInt8(ascii: "C"): return refuse("a callout is not allowed")
        case UInt8(ascii: "#"):
            while place < bytes.count, bytes[place] != UInt8(ascii: ")") { place += 1 }
            return nil
        case UInt8(ascii: "R"), UInt8(ascii: "&"), UInt8(ascii: "+"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return extended ? nil : refuse("recursion needs `regex: extended`")
        case UInt8(ascii: "P") where at(place + 3) == UInt8(ascii: ">") || at(place + 3) == UInt8(ascii: "="):
            return extended ? nil : refuse("recursion or a backreference needs `regex: extended`")
        case UInt8(ascii: "-") where at(place + 3) &- 48 < 10:
            return extended ? nil : refuse("recursion needs `regex: extended`")
        default: break
        }
        var flag = place + 2
        while at(flag) | 0x20 >= 97, at(flag) | 0x20 <= 122 {
            if at(flag) == UInt8(ascii: "x") { hasCommentMode = true }
            flag += 1
        }
        return nil
    }
}
