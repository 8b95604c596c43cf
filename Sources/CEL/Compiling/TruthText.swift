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
        guard operands.count == 2, let test = TextTest(rawValue: name), isText(operands[0]), isText(operands[1])
        else { return nil }
        return textTest(expr, test, operands[0], operands[1])
    }

    /// The tests of one text by another.
    private enum TextTest: String {
        case startsWith, endsWith, contains, iequals, icontains

        @inline(__always)
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
    }

    private func isText(_ expr: Expr) -> Bool { type(expr).withoutNull == .string }

    private mutating func textTest(_ expr: Expr, _ test: TextTest, _ left: Expr, _ right: Expr) -> TruthCode {
        let one = slot(left)
        let two = slot(right)
        let span = expr.span
        let name = test.rawValue
        return { frame in
            let text = one(frame)
            if text.tag == .unknown { return .failed }
            let part = two(frame)
            if part.tag == .unknown { return .failed }
            guard text.tag == .string, part.tag == .string else {
                return frame.context.undecided(.null(name: "an argument of \(name)"), at: span)
            }
            frame.context.stepsLeft -= Int(text.count) / 64
            if frame.context.stepsLeft < 0 { return frame.context.undecided(.limit(.steps), at: span) }
            return test.holds(text.text, part.text) ? .yes : .no
        }
    }

    private mutating func patternTest(_ expr: Expr, _ text: Expr, _ pattern: Pattern) -> TruthCode? {
        guard isText(text) else { return nil }
        let code = slot(text)
        let span = expr.span
        return { frame in
            let slot = code(frame)
            guard slot.tag == .string else {
                if slot.tag == .unknown { return .failed }
                return frame.context.undecided(.null(name: "an argument of matches"), at: span)
            }
            do throws(EvaluationFailure) {
                return try frame.context.matches(pattern, slot.text) ? .yes : .no
            } catch {
                return frame.context.undecided(error, at: span)
            }
        }
    }

    /// `cidr("10.0.0.0/8").containsIP(activity.ip)` with a constant network.
    private mutating func networkTest(
        _ expr: Expr, _ name: String, _ receiver: Expr?, _ arguments: [Expr]
    ) -> TruthCode? {
        guard name == "containsIP", let receiver, case .cidr(let block)? = constant(receiver), arguments.count == 1,
            isText(arguments[0])
        else { return nil }
        let code = slot(arguments[0])
        let span = expr.span
        return { frame in
            let slot = code(frame)
            guard slot.tag == .string else {
                if slot.tag == .unknown { return .failed }
                return frame.context.undecided(.null(name: "the argument of containsIP"), at: span)
            }
            guard let address = IPAddress(slot.text) else {
                return frame.context.undecided(.invalidArgument("this text is no IP address"), at: span)
            }
            return block.contains(address) ? .yes : .no
        }
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
