internal import CPCRE2

/// Texts made from a pattern's own literals and classes, in which one part is repeated as often as asked for.
struct PumpedTexts {
    /// A text: what begins it, what is repeated, what ends it so that the pattern nearly matches.
    struct Recipe: Hashable {
        let prefix: [UInt8]
        let pump: [UInt8]
        let suffix: [UInt8]

        /// The text of about so many bytes; only the repeated part gives way.
        func text(bytes: Int) -> [UInt8] {
            let room = max(pump.count, bytes - prefix.count - suffix.count)
            let wanted = room / pump.count * pump.count
            var repeated = pump
            while repeated.count < wanted { repeated += repeated.prefix(wanted - repeated.count) }
            return prefix + repeated + suffix
        }
    }

    /// At most so many parts are repeated, and each ends in at most five ways.
    static let pumpLimit = 24

    private var samples: [[UInt8]: [[UInt8]]] = [:]
    private var literals: [UInt8] = []
    private var misses: [UInt8] = []
    private var pumps: [(prefix: [UInt8], pump: [UInt8])] = []

    /// The recipes of a pattern that compiles, the likeliest first.
    static func recipes(of pattern: [UInt8]) -> [Recipe] {
        var texts = PumpedTexts()
        let alternatives = PatternSketch.alternatives(of: pattern)
        for alternative in alternatives { texts.walk(alternative, prefix: []) }
        let classes = texts.samples.keys.filter { texts.samples[$0] != [$0] }
        for atom in classes.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            for one in texts.samples[atom] ?? [] { texts.add([], one) }
        }
        return texts.recipes()
    }

    private func recipes() -> [Recipe] {
        let tail = Array(literals.reversed().prefix(16))
        let endings = [[1], [1] + tail, [10], [10] + tail, misses]
        var all: [Recipe] = []
        for (prefix, pump) in pumps.prefix(Self.pumpLimit) {
            for ending in endings where !ending.isEmpty {
                let recipe = Recipe(prefix: prefix, pump: pump, suffix: ending)
                if !all.contains(recipe) { all.append(recipe) }
            }
        }
        return all
    }

    private mutating func add(_ prefix: [UInt8], _ pump: [UInt8]) {
        guard !pump.isEmpty, pump.count <= 128, prefix.count <= 128 else { return }
        if !pumps.contains(where: { $0.prefix == prefix && $0.pump == pump }) { pumps.append((prefix, pump)) }
    }

    /// Notes what can be repeated in a sequence, with a text that leads there.
    private mutating func walk(_ nodes: [PatternSketch.Node], prefix: [UInt8]) {
        var prefix = prefix
        for node in nodes {
            switch node {
            case .repeated(let inner, _, let most):
                if most ?? .max >= 8 {
                    let bodies = bodies(of: inner)
                    for body in bodies { add(prefix, body) }
                    if let body = bodies.first { add([], prefix + body) }
                }
                walk([inner], prefix: prefix)
            case .group(let alternatives, _):
                for alternative in alternatives { walk(alternative, prefix: prefix) }
            case .atom, .nothing: break
            }
            prefix += sample(of: node, isFull: false)
        }
    }

    /// Texts that one round of a repetition may take.
    private mutating func bodies(of node: PatternSketch.Node) -> [[UInt8]] {
        switch node {
        case .atom(let atom): return known(atom)
        case .group(let alternatives, _):
            var bodies: [[UInt8]] = []
            var all: [UInt8] = []
            for alternative in alternatives {
                for isFull in [false, true] {
                    let body = sample(of: alternative, isFull: isFull)
                    if !body.isEmpty, !bodies.contains(body) { bodies.append(body) }
                }
                all += sample(of: alternative, isFull: true)
            }
            return alternatives.count > 1 ? bodies + [all] : bodies
        case .repeated(let inner, _, _): return bodies(of: inner)
        case .nothing: return []
        }
    }

    private mutating func sample(of nodes: [PatternSketch.Node], isFull: Bool) -> [UInt8] {
        var text: [UInt8] = []
        for node in nodes { text += sample(of: node, isFull: isFull) }
        return text
    }

    /// A short text for a node; the full form has what may be left out.
    private mutating func sample(of node: PatternSketch.Node, isFull: Bool) -> [UInt8] {
        switch node {
        case .atom(let atom): return known(atom).first ?? []
        case .nothing, .group(_, isLookaround: true): return []
        case .group(let alternatives, _):
            for alternative in alternatives {
                let text = sample(of: alternative, isFull: isFull)
                if !text.isEmpty { return text }
            }
            return []
        case .repeated(let inner, let least, _):
            let one = sample(of: inner, isFull: isFull)
            let count = min(max(least, isFull ? 1 : 0), 64)
            return Array((0..<count).map { _ in one }.joined())
        }
    }

    // MARK: Characters

    private static let candidates = Array("a0 xA-_./@!:=\"'<,;\t").map { Array(String($0).utf8) }

    /// One or two characters that an atom takes.
    private mutating func known(_ atom: [UInt8]) -> [[UInt8]] {
        if let known = samples[atom] { return known }
        let found = findSamples(of: atom)
        samples[atom] = found
        return found
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool { byte &- 48 < 10 || (byte | 0x20) &- 97 < 26 }

    private mutating func findSamples(of atom: [UInt8]) -> [[UInt8]] {
        guard let first = atom.first else { return [] }
        let isClass = first == UInt8(ascii: "[") || first == UInt8(ascii: ".")
        if !isClass, first != UInt8(ascii: "\\") {
            literals += atom
            return [atom]
        }
        guard let test = AtomTest(atom) else { return [] }
        if !isClass, atom.count == 2, !Self.isAlphanumeric(atom[1]), test.takes([atom[1]]) {
            literals.append(atom[1])
            return [[atom[1]]]
        }
        for byte in atom where byte > 0x20 && byte < 0x7f && !test.takes([byte]) && misses.count < 4 {
            if !misses.contains(byte) { misses.append(byte) }
        }
        var found = Self.candidates.filter { test.takes($0) }
        if found.count == 1, isClass { literals += found[0] }
        if found.isEmpty { found = atom.map { [$0] }.filter { $0[0] < 0x80 && test.takes($0) } }
        return Array(found.prefix(2))
    }
}

/// Says whether a class or an escape takes a character.
private final class AtomTest {
    private let code: OpaquePointer
    private let data: OpaquePointer?

    init?(_ atom: [UInt8]) {
        let text = Array("\\A(?:".utf8) + atom + Array(")\\z".utf8)
        guard let code = try? Pattern.compile(text) else { return nil }
        self.code = code
        data = pcre2_match_data_create_8(2, nil)
    }

    deinit {
        pcre2_match_data_free_8(data)
        pcre2_code_free_8(code)
    }

    func takes(_ text: [UInt8]) -> Bool {
        pcre2_match_8(code, text, text.count, 0, UInt32(PCRE2_NO_UTF_CHECK), data, nil) >= 0
    }
}
