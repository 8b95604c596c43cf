/// A rough picture of a pattern: enough to write texts that it nearly matches.
///
/// It is a guess, not a second reading of the grammar: what it does not understand it takes for nothing.
struct PatternSketch {
    indirect enum Node {
        /// One character, class or escape, as it is written.
        case atom([UInt8])
        /// What takes no text: `^`, `\b`, a backreference, flags.
        case nothing
        /// Alternatives; a lookaround takes no text, and what is in it is still tried.
        case group([[Node]], isLookaround: Bool)
        case repeated(Node, atLeast: Int, atMost: Int?)
    }

    private let bytes: [UInt8]
    private var place = 0

    /// The alternatives of a pattern that compiles.
    static func alternatives(of bytes: [UInt8]) -> [[Node]] {
        var sketch = PatternSketch(bytes: bytes)
        var all = sketch.alternatives()
        // A bracket too many ends the sketch early; the rest is read as if it were not there.
        while sketch.place < bytes.count {
            sketch.place += 1
            all += sketch.alternatives()
        }
        return all
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func at(_ place: Int) -> UInt8 { place < bytes.count ? bytes[place] : 0 }

    private mutating func alternatives() -> [[Node]] {
        var all: [[Node]] = []
        var nodes: [Node] = []
        while place < bytes.count, bytes[place] != UInt8(ascii: ")") {
            if bytes[place] == UInt8(ascii: "|") {
                place += 1
                all.append(nodes)
                nodes = []
                continue
            }
            if bytes[place] == UInt8(ascii: "\\"), at(place + 1) == UInt8(ascii: "Q") {
                nodes += quoted()
                continue
            }
            nodes.append(quantified(node()))
        }
        all.append(nodes)
        return all
    }

    private mutating func node() -> Node {
        switch bytes[place] {
        case UInt8(ascii: "("): return group()
        case UInt8(ascii: "["): return .atom(take(until: endOfClass()))
        case UInt8(ascii: "\\"): return escape()
        case UInt8(ascii: "^"), UInt8(ascii: "$"):
            place += 1
            return .nothing
        default:
            var end = place + 1
            while end < bytes.count, bytes[end] & 0xc0 == 0x80 { end += 1 }
            return .atom(take(until: end))
        }
    }

    private mutating func take(until end: Int) -> [UInt8] {
        defer { place = min(end, bytes.count) }
        return Array(bytes[place..<min(end, bytes.count)])
    }

    private func endOfClass() -> Int {
        var end = place + 1
        if at(end) == UInt8(ascii: "^") { end += 1 }
        if at(end) == UInt8(ascii: "]") { end += 1 }
        while end < bytes.count, bytes[end] != UInt8(ascii: "]") {
            if bytes[end] == UInt8(ascii: "\\") {
                end += 2
            } else if bytes[end] == UInt8(ascii: "["), at(end + 1) == UInt8(ascii: ":") {
                end += 2
                while end < bytes.count, bytes[end] != UInt8(ascii: "]") { end += 1 }
                end += 1
            } else {
                end += 1
            }
        }
        return end + 1
    }

    private mutating func quoted() -> [Node] {
        place += 2
        var nodes: [Node] = []
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "\\"), at(place + 1) == UInt8(ascii: "E") {
                place += 2
                break
            }
            nodes.append(.atom([UInt8(ascii: "\\"), bytes[place]]))
            place += 1
        }
        return nodes
    }

    private mutating func escape() -> Node {
        let kind = at(place + 1)
        var end = place + 2
        switch kind {
        case UInt8(ascii: "b"), UInt8(ascii: "B"), UInt8(ascii: "A"), UInt8(ascii: "z"), UInt8(ascii: "Z"),
            UInt8(ascii: "E"):
            place = end
            return .nothing
        case UInt8(ascii: "1")...UInt8(ascii: "9"):
            while at(end) &- 48 < 10 { end += 1 }
            place = end
            return .nothing
        case UInt8(ascii: "k"), UInt8(ascii: "g"):
            place = braced(end)
            return .nothing
        case UInt8(ascii: "x"):
            if at(end) == UInt8(ascii: "{") { return .atom(take(until: braced(end))) }
            while end < place + 4, Self.isHexadecimal(at(end)) { end += 1 }
            return .atom(take(until: end))
        case UInt8(ascii: "p"), UInt8(ascii: "P"), UInt8(ascii: "o"), UInt8(ascii: "N"):
            return .atom(take(until: at(end) == UInt8(ascii: "{") ? braced(end) : kind | 0x20 == 112 ? end + 1 : end))
        case UInt8(ascii: "c"), UInt8(ascii: "0"): return .atom(take(until: end + (kind == 99 ? 1 : 0)))
        default:
            while end < bytes.count, bytes[end] & 0xc0 == 0x80 { end += 1 }
            return .atom(take(until: end))
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool { byte &- 48 < 10 || (byte | 0x20) &- 97 < 6 }

    /// The place behind `{...}`, `<...>`, `'...'`, or a number.
    private func braced(_ start: Int) -> Int {
        let closing: [UInt8: UInt8] = [0x7b: 0x7d, 0x3c: 0x3e, 0x27: 0x27]
        var end = start
        guard let close = closing[at(start)] else {
            while at(end) &- 48 < 10 || at(end) == UInt8(ascii: "-") || at(end) == UInt8(ascii: "+") { end += 1 }
            return end
        }
        end += 1
        while end < bytes.count, bytes[end] != close { end += 1 }
        return end + 1
    }

    // MARK: Brackets and counts

    private mutating func group() -> Node {
        place += 1
        var isLookaround = false
        if at(place) == UInt8(ascii: "?") {
            guard let kind = opening() else { return .nothing }
            isLookaround = kind == .lookaround
        }
        let inner = alternatives()
        if place < bytes.count { place += 1 }
        return .group(inner, isLookaround: isLookaround)
    }

    private enum Opening { case plain, lookaround }

    /// Goes behind `?:`, `?<name>` and the like; nil when the whole bracket was passed, as for `(?i)` and `(?1)`.
    private mutating func opening() -> Opening? {
        place += 1
        switch at(place) {
        case UInt8(ascii: "="), UInt8(ascii: "!"):
            place += 1
            return .lookaround
        case UInt8(ascii: "<") where at(place + 1) == UInt8(ascii: "=") || at(place + 1) == UInt8(ascii: "!"):
            place += 2
            return .lookaround
        case UInt8(ascii: "<"), UInt8(ascii: "'"):
            place = braced(place)
            return .plain
        case UInt8(ascii: "P") where at(place + 1) == UInt8(ascii: "<"):
            place = braced(place + 1)
            return .plain
        case UInt8(ascii: ":"), UInt8(ascii: ">"), UInt8(ascii: "|"):
            place += 1
            return .plain
        case UInt8(ascii: "("):
            // A condition: `(?(1)yes|no)`.
            while place < bytes.count, bytes[place] != UInt8(ascii: ")") { place += 1 }
            place += 1
            return .plain
        default: break
        }
        while place < bytes.count, bytes[place] != UInt8(ascii: ")"), bytes[place] != UInt8(ascii: ":") { place += 1 }
        let isFlagged = at(place) == UInt8(ascii: ":")
        place += 1
        return isFlagged ? .plain : nil
    }

    private mutating func quantified(_ node: Node) -> Node {
        guard let (least, most, end) = quantifier() else { return node }
        place = end
        if at(place) == UInt8(ascii: "?") || at(place) == UInt8(ascii: "+") { place += 1 }
        return .repeated(node, atLeast: least, atMost: most)
    }

    private func quantifier() -> (least: Int, most: Int?, end: Int)? {
        switch at(place) {
        case UInt8(ascii: "*"): return (0, nil, place + 1)
        case UInt8(ascii: "+"): return (1, nil, place + 1)
        case UInt8(ascii: "?"): return (0, 1, place + 1)
        case UInt8(ascii: "{"):
            var end = place + 1
            while end < bytes.count, bytes[end] != UInt8(ascii: "}") { end += 1 }
            let parts = bytes[(place + 1)..<min(end, bytes.count)].split(
                separator: UInt8(ascii: ","), omittingEmptySubsequences: false
            ).map { String(decoding: $0, as: UTF8.self) }
            guard end < bytes.count, parts.count <= 2, let least = Int(parts[0]) else { return nil }
            if parts.count == 1 { return (least, least, end + 1) }
            return (least, Int(parts[1]), end + 1)
        default: return nil
        }
    }
}
