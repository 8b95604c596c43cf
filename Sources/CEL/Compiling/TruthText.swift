import Diagnostics
import FieldStorage
internal import PCRE2

/// Tests of text, straight on the bytes of a slot.
extension Compiler {
    /// nil for calls that have no such form.
    mutating func textTest(_ expr: Expr) -> TruthCode? {
        guard case .call(let name, _, let receiver, let arguments) = expr.kind else { return nil }
        if let pattern = checked.patterns[expr.id], name == "matches" {
            guard let text = receiver ?? arguments.first else { return nil }
            return patternTest(expr, text, pattern)
        }
        if name == "containsIP" || name == "containsCIDR" { return networkTest(expr, name, receiver, arguments) }
        var operands = arguments
        if case .function? = reference(expr) {} else if let receiver { operands.insert(receiver, at: 0) }
        guard operands.count == 2, let test = TextTestKind(rawValue: name), isText(operands[0]), isText(operands[1])
        else { return nil }
        return textTest(expr, test, operands[0], operands[1])
    }

    private func isText(_ expr: Expr) -> Bool { type(expr).withoutNull == .string }

    private mutating func textTest(_ expr: Expr, _ kind: TextTestKind, _ left: Expr, _ right: Expr) -> TruthCode {
        let span = expr.span
        if case .string(let part)? = constant(right), constant(left) == nil {
            let part = ConstantText(part)
            switch kind {
            case .startsWith: return truth(of: left, StartsWith(part: part, span: span))
            case .endsWith: return truth(of: left, EndsWith(part: part, span: span))
            case .contains: return truth(of: left, Contains(search: TextSearch(part), span: span))
            case .iequals, .icontains: return truth(of: left, SameButForCase(part: part, kind: kind, span: span))
            }
        }
        let one = slot(left)
        let two = slot(right)
        return TruthCode { frame in
            let text = one(frame)
            if text.tag == .unknown { return .failed }
            let part = two(frame)
            if part.tag == .unknown { return .failed }
            guard part.tag == .string else { return kind.refuse(frame, span) }
            return kind.onText(text, frame, span) { kind.holds($0.text, part.text) }
        }
    }

    private mutating func patternTest(_ expr: Expr, _ text: Expr, _ pattern: Pattern) -> TruthCode? {
        guard isText(text) else { return nil }
        return truth(of: text, Matches(pattern: pattern, span: expr.span))
    }

    /// `cidr("10.0.0.0/8").containsIP(activity.ip)` with a constant network.
    private mutating func networkTest(
        _ expr: Expr, _ name: String, _ receiver: Expr?, _ arguments: [Expr]
    ) -> TruthCode? {
        guard name == "containsIP", let receiver, case .cidr(let block)? = constant(receiver), arguments.count == 1,
            isText(arguments[0])
        else { return nil }
        return truth(of: arguments[0], ContainsAddress(block: block, span: expr.span))
    }
}

/// The tests of one text by another.
enum TextTestKind: String, Sendable {
    case startsWith, endsWith, contains, iequals, icontains

    func holds(_ text: UnsafeRawBufferPointer, _ part: UnsafeRawBufferPointer) -> Bool {
        switch self {
        case .startsWith: return sameBytes(text, at: 0, part)
        case .endsWith: return sameBytes(text, at: text.count - part.count, part)
        case .contains: return find(part, in: text) != nil
        case .iequals:
            if let answer = CaseFolding.equalASCII(text, part) { return answer }
            return sameText(CaseFolding.fold(decoded(text)), CaseFolding.fold(decoded(part)))
        case .icontains:
            if let answer = CaseFolding.findASCII(part, in: text) { return answer }
            let folded = CaseFolding.fold(decoded(text))
            return withBytes(folded) { haystack in
                withBytes(CaseFolding.fold(decoded(part))) { find($0, in: haystack) != nil }
            }
        }
    }

    private func decoded(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Asks `test` of a text whose reading the step budget pays for.
    @inline(__always)
    func onText(_ text: Slot, _ frame: Frame, _ span: Span, _ test: (Slot) -> Bool) -> Truth {
        guard text.tag == .string else { return refuse(frame, span) }
        if text.count >= 64 {
            frame.context.stepsLeft -= Int(text.count) / 64
            if frame.context.stepsLeft < 0 { return frame.context.undecided(.limit(.steps), at: span) }
        }
        return test(text) ? .yes : .no
    }

    @inline(never)
    func refuse(_ frame: Frame, _ span: Span) -> Truth {
        frame.context.undecided(.null(name: "an argument of \(rawValue)"), at: span)
    }
}

private struct StartsWith: SlotTest {
    let part: ConstantText
    let span: Span

    @inline(__always)
    func test(_ slot: Slot, _ frame: Frame) -> Truth {
        TextTestKind.startsWith.onText(slot, frame, span) { sameBytes($0.text, at: 0, part.slot.text) }
    }
}

private struct EndsWith: SlotTest {
    let part: ConstantText
    let span: Span

    @inline(__always)
    func test(_ slot: Slot, _ frame: Frame) -> Truth {
        TextTestKind.endsWith.onText(slot, frame, span) { text in
            let part = part.slot
            return sameBytes(text.text, at: Int(text.count) - Int(part.count), part.text)
        }
    }
}

private struct Contains: SlotTest {
    let search: TextSearch
    let span: Span

    @inline(__always)
    func test(_ slot: Slot, _ frame: Frame) -> Truth {
        TextTestKind.contains.onText(slot, frame, span) { search.isIn($0) }
    }
}

/// `iequals` and `icontains` of a constant.
private struct SameButForCase: SlotTest {
    let part: ConstantText
    let kind: TextTestKind
    let span: Span

    func test(_ slot: Slot, _ frame: Frame) -> Truth {
        kind.onText(slot, frame, span) { kind.holds($0.text, part.slot.text) }
    }
}

private struct Matches: SlotTest {
    let pattern: Pattern
    let span: Span

    @inline(__always)
    func test(_ slot: Slot, _ frame: Frame) -> Truth {
        guard slot.tag == .string else {
            return frame.context.undecided(.null(name: "an argument of matches"), at: span)
        }
        do throws(EvaluationFailure) {
            return try frame.context.matches(pattern, slot.text) ? .yes : .no
        } catch {
            return frame.context.undecided(error, at: span)
        }
    }
}

private struct ContainsAddress: SlotTest {
    let block: AddressBlock
    let span: Span

    func test(_ slot: Slot, _ frame: Frame) -> Truth {
        guard slot.tag == .string else {
            return frame.context.undecided(.null(name: "the argument of containsIP"), at: span)
        }
        guard let address = IPAddress(slot.text) else {
            return frame.context.undecided(.invalidArgument("this text is no IP address"), at: span)
        }
        return block.contains(address) ? .yes : .no
    }
}

extension CaseFolding {
    /// Whether `needle` is in `haystack` but for the case of letters; nil when one of them is not ASCII.
    static func findASCII(_ needle: UnsafeRawBufferPointer, in haystack: UnsafeRawBufferPointer) -> Bool? {
        for byte in needle where byte >= 0x80 { return nil }
        for byte in haystack where byte >= 0x80 { return nil }
        guard needle.count <= haystack.count else { return false }
        var start = 0
        while start <= haystack.count - needle.count {
            var place = 0
            while place < needle.count, lower(haystack[start + place]) == lower(needle[place]) { place += 1 }
            if place == needle.count { return true }
            start += 1
        }
        return false
    }

    @inline(__always)
    private static func lower(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 0x20 : byte }
}
