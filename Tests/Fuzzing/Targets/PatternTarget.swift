import PCRE2

extension FuzzTarget {
    /// A pattern, up to the first tab, searched in the rest; machine code and interpreter must agree.
    ///
    /// The matcher has the limits of rules, so what costs more is an error: neither a hang nor "no match".
    static let pattern = FuzzTarget(name: "pattern") { bytes in
        let text = readText(bytes)
        let parts = text.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
        let written = String(parts[0])
        var subject = parts.count > 1 ? String(parts[1]) : ""
        for extended in [false, true] {
            guard let compiled = try? Pattern(written, extended: extended) else { continue }
            guard let interpreted = try? Pattern(written, extended: extended, usesMachineCode: false) else {
                return "the pattern is compiled once and refused once"
            }
            let answers = [compiled, interpreted].map { pattern in
                subject.withUTF8 { matches(of: pattern, in: UnsafeRawBufferPointer($0)) }
            }
            switch (answers[0], answers[1]) {
            case (.success(let one), .success(let two)) where one != two:
                return "machine code finds \(one), the interpreter \(two)"
            case (.failure(.broken(let promise)), _), (_, .failure(.broken(let promise))): return promise
            default: break
            }
            return nil
        }
        return nil
    }

    private enum SearchFault: Error {
        /// A limit was reached, which is as it should be.
        case limit
        case broken(String)
    }

    /// Every match, one after the other as `regex.extractAll` finds them.
    private static func matches(
        of pattern: Pattern, in subject: UnsafeRawBufferPointer
    ) -> Result<[Range<Int>], SearchFault> {
        let matcher = Matcher(nanoseconds: { 0 })
        matcher.begin()
        var found: [Range<Int>] = []
        var from = 0
        do throws(MatchFailure) {
            while from <= subject.count, try matcher.search(pattern, subject, from: from) {
                guard let range = matcher.range(of: 0) else { return .failure(.broken("a match without a place")) }
                for place in [range.lowerBound, range.upperBound] where !isBoundary(place, of: subject) {
                    return .failure(.broken("the match \(range) begins or ends inside of a character"))
                }
                guard range.lowerBound >= from else {
                    return .failure(.broken("the match \(range) begins before \(from)"))
                }
                found.append(range)
                from = range.upperBound
                if range.isEmpty {
                    repeat { from += 1 } while from < subject.count && subject[from] & 0xc0 == 0x80
                }
            }
        } catch {
            // -52 is a recursion without end, which only extended patterns have.
            if case .other(let number) = error, number != -52 { return .failure(.broken("PCRE2 error \(number)")) }
            return .failure(.limit)
        }
        return .success(found)
    }

    private static func isBoundary(_ place: Int, of text: UnsafeRawBufferPointer) -> Bool {
        place == text.count || place < text.count && text[place] & 0xc0 != 0x80
    }
}
