import Diagnostics

/// Where the comments of a file are, and which entry or item each belongs to.
struct CommentTable {
    /// A comment on a line of its own.
    struct Line {
        let text: String
        let isBehindBlank: Bool
    }

    /// What stands around one entry of a mapping or item of a list.
    struct Notes {
        var leading: [Line] = []
        /// Behind it on its line.
        var trailing: String?
        /// Behind all of it, indented as it is.
        var after: [Line] = []
        var isBehindBlank = false
    }

    /// An entry or item that begins a line or follows a dash, by where it begins.
    private struct Unit {
        let start: Int
        let column: Int
        let line: Int
    }

    private let bytes: [UInt8]
    private let lines: [Int]
    private var scalars: [Span] = []
    private(set) var notes: [Int: Notes] = [:]
    /// Comments of a file without an entry.
    private(set) var loose: [Line] = []
    private(set) var texts: [String] = []
    private var places: [Int] = []
    private var units: [Unit] = []

    init(bytes: [UInt8], documents: [YAMLDocument]) {
        self.bytes = bytes
        var lines = [0]
        for (index, byte) in bytes.enumerated() where byte == 0x0A { lines.append(index + 1) }
        self.lines = lines
        for document in documents { gatherScalars(document.root) }
        scalars.sort { $0.start < $1.start }
        findComments()
        for document in documents { gatherUnits(document.root, isInFlow: false) }
        units.sort { $0.start < $1.start }
        for (place, text) in zip(places, texts) { attach(text, at: place) }
        for unit in units where isFirstOnLine(unit.start) && isBlankLine(unit.line - 1) {
            notes[unit.start, default: Notes()].isBehindBlank = true
        }
    }

    // MARK: Finding

    private mutating func gatherScalars(_ node: YAMLNode) {
        guard node.alias == nil else { return }
        switch node.content {
        case .scalar(let text):
            scalars.append(text.span)
            if text.style == .literal || text.style == .folded { leaveHeaderComment(of: text.span) }
        case .sequence(let items): for item in items { gatherScalars(item) }
        case .mapping(let entries):
            for entry in entries {
                scalars.append(entry.key.span)
                gatherScalars(entry.value)
            }
        case .refused: break
        }
    }

    /// The comment behind `|` lies inside of the scalar, and is one all the same.
    private mutating func leaveHeaderComment(of span: Span) {
        let end = bytes[span.start..<span.end].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? span.end
        guard let place = bytes[span.start..<end].firstIndex(of: 0x23) else { return }
        scalars.removeLast()
        scalars += [Span(span.start, place), Span(end, span.end)]
    }

    private mutating func findComments() {
        var index = 0
        var next = 0
        while index < bytes.count {
            while next < scalars.count, scalars[next].end <= index { next += 1 }
            if next < scalars.count, scalars[next].start <= index, scalars[next].end > index {
                index = scalars[next].end
                continue
            }
            guard bytes[index] == 0x23, index == 0 || [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index - 1]) else {
                index += 1
                continue
            }
            let end = bytes[index...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
            var last = end
            while last > index, bytes[last - 1] <= 0x20 { last -= 1 }
            places.append(index)
            texts.append(String(decoding: bytes[index..<last], as: UTF8.self))
            index = end
        }
    }

    /// Whether a collection in brackets has a comment inside, so that it cannot stay on one line.
    func hasComment(inFlow node: YAMLNode) -> Bool {
        guard node.isFlow, node.alias == nil, !places.isEmpty else { return false }
        var depth = 0
        var index = node.span.start
        var next = scalars.firstIndex { $0.start >= index } ?? scalars.count
        while index < bytes.count {
            while next < scalars.count, scalars[next].end <= index { next += 1 }
            if next < scalars.count, scalars[next].start == index, scalars[next].end > index {
                index = scalars[next].end
                continue
            }
            if places.contains(index) { return true }
            switch bytes[index] {
            case 0x5B, 0x7B: depth += 1
            case 0x5D, 0x7D:
                depth -= 1
                if depth == 0 { return false }
            default: break
            }
            index += 1
        }
        return false
    }

    // MARK: Attaching

    /// Where an item begins: at its dash, or in brackets with its value.
    func start(ofItem value: YAMLNode, isInFlow: Bool) -> Int {
        guard !isInFlow else { return value.start }
        var index = value.start
        while index > 0 {
            index -= 1
            if bytes[index] == 0x2D { return index }
            guard bytes[index] == 0x20 || bytes[index] == 0x09 else { break }
        }
        return value.start
    }

    private mutating func gatherUnits(_ node: YAMLNode, isInFlow: Bool) {
        guard node.alias == nil else { return }
        let isFlow = isInFlow || node.isFlow
        if isFlow, !hasComment(inFlow: node) { return }
        switch node.content {
        case .sequence(let items):
            for item in items {
                add(start(ofItem: item, isInFlow: isFlow))
                gatherUnits(item, isInFlow: isFlow)
            }
        case .mapping(let entries):
            for entry in entries {
                add(entry.key.span.start)
                gatherUnits(entry.value, isInFlow: isFlow)
            }
        default: break
        }
    }

    private mutating func add(_ start: Int) {
        let line = self.line(of: start)
        units.append(Unit(start: start, column: start - lines[line], line: line))
    }

    private mutating func attach(_ text: String, at place: Int) {
        let line = self.line(of: place)
        let comment = Line(text: text, isBehindBlank: isBlankLine(line - 1))
        let following = units.first { $0.start > place }
        let before = units.last { $0.start < place }
        guard isFirstOnLine(place) else {
            if let before, notes[before.start]?.trailing == nil {
                notes[before.start, default: Notes()].trailing = text
            } else if let unit = before ?? following {
                notes[unit.start, default: Notes()].leading.append(Line(text: text, isBehindBlank: false))
            } else {
                loose.append(comment)
            }
            return
        }
        let column = place - lines[line]
        if let following, following.column >= column || before == nil {
            notes[following.start, default: Notes()].leading.append(comment)
        } else if let owner = units.last(where: { $0.start < place && $0.column <= column }) ?? before {
            notes[owner.start, default: Notes()].after.append(comment)
        } else {
            loose.append(comment)
        }
    }

    // MARK: Lines

    private func line(of offset: Int) -> Int {
        var low = 0
        var high = lines.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lines[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }

    private func isFirstOnLine(_ offset: Int) -> Bool {
        bytes[lines[line(of: offset)]..<offset].allSatisfy { $0 == 0x20 || $0 == 0x09 }
    }

    private func isBlankLine(_ line: Int) -> Bool {
        guard line >= 0, line + 1 < lines.count else { return false }
        return bytes[lines[line]..<lines[line + 1]].allSatisfy { $0 <= 0x20 }
    }
}
