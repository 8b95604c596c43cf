import Foundation
import JSONScanning
import Testing

/// The scanner against Foundation's reader on random documents and on damaged ones.
@Suite struct DifferentialTests {
    @Test(arguments: [UInt64(1), 2, 3, 20_260_301])
    func agreesWithFoundationOnRandomDocuments(_ seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        for round in 0..<400 {
            let text = Self.document(&numbers, depth: 0)
            let expected = try #require(Self.foundation(text), "seed \(seed), round \(round)")
            let found = try Tree.read(text)
            #expect(found == expected, "seed \(seed), round \(round): \(found) and \(expected)")
        }
    }

    @Test(arguments: [UInt64(11), 12, 13])
    func agreesWithFoundationOnWhetherDamagedBytesAreJSON(_ seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        var refused = 0
        for round in 0..<1500 {
            var text = Self.document(&numbers, depth: 1, hasSurrogates: false)
            guard !text.isEmpty else { continue }
            let place = Int.random(in: 0..<text.count, using: &numbers)
            // Foundation refuses lone surrogates and numbers beyond a double, which JSON has, and takes a comma before
            // a closing bracket, which it has not: damage that leads there is left out.
            let damage = Array("{}[]:\"0.-+ax\t ".utf8)
            text[place] = damage.randomElement(using: &numbers) ?? 0x20
            let found = fault(in: text)
            if let found, Self.isClosedAfterComma(text, found.offset) { continue }
            let isFine = found == nil
            if !isFine { refused += 1 }
            let isFineThere = Self.foundation(text) != nil
            #expect(
                isFine == isFineThere,
                "seed \(seed), round \(round): \(String(decoding: text, as: UTF8.self))")
        }
        #expect(refused > 300, "damage that is hardly ever noticed tests nothing")
    }

    /// Whether the byte at `offset` is a closing bracket or brace right after a comma.
    private static func isClosedAfterComma(_ text: [UInt8], _ offset: Int) -> Bool {
        guard offset < text.count, text[offset] | 0x20 == UInt8(ascii: "}") else { return false }
        return text[..<offset].last { $0 > 0x20 } == UInt8(ascii: ",")
    }

    private static func foundation(_ text: [UInt8]) -> Tree? {
        guard let value = try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed) else {
            return nil
        }
        return tree(value as AnyObject)
    }

    private static func tree(_ value: AnyObject) -> Tree? {
        switch value {
        case is NSNull: return .null
        case let number as NSNumber:
            return CFLike.isBool(number) ? .bool(number.boolValue) : .number(number.doubleValue)
        case let text as NSString: return .string(text as String)
        case let list as NSArray: return .array(list.compactMap { tree($0 as AnyObject) })
        case let members as NSDictionary:
            var result: [String: Tree] = [:]
            for (key, value) in members { result["\(key)"] = tree(value as AnyObject) }
            return .object(result)
        default: return nil
        }
    }

    private enum CFLike {
        static func isBool(_ number: NSNumber) -> Bool { ["c", "B"].contains(String(cString: number.objCType)) }
    }

    /// A random document with blanks, escapes, text beyond ASCII and numbers of every form.
    private static func document(_ numbers: inout SeededNumbers, depth: Int, hasSurrogates: Bool = true) -> [UInt8] {
        let kind = Int.random(in: 0..<(depth > 5 ? 5 : 8), using: &numbers)
        let blank = ["", " ", "\n\t", "  \r\n"].randomElement(using: &numbers) ?? ""
        var text = Array(blank.utf8)
        switch kind {
        case 0: text += Array(["null", "true", "false"].randomElement(using: &numbers)?.utf8 ?? "null".utf8)
        case 1: text += Array(String(Int64.random(in: -1_000_000...1_000_000, using: &numbers)).utf8)
        case 2:
            // Eighths: Foundation reads other fractions a unit in the last place off.
            text += Array("\(Double(Int.random(in: -1_000_000...1_000_000, using: &numbers)) / 8)".utf8)
        case 3, 4: text += self.text(&numbers, hasSurrogates)
        case 5, 6:
            text.append(UInt8(ascii: "["))
            for index in 0..<Int.random(in: 0..<5, using: &numbers) {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                text += document(&numbers, depth: depth + 1, hasSurrogates: hasSurrogates)
            }
            text.append(UInt8(ascii: "]"))
        default:
            text.append(UInt8(ascii: "{"))
            for index in 0..<Int.random(in: 0..<5, using: &numbers) {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                text += Array("\(blank)\"k\(index)\"\(blank):".utf8)
                text += document(&numbers, depth: depth + 1, hasSurrogates: hasSurrogates)
            }
            text.append(UInt8(ascii: "}"))
        }
        return text + Array(blank.utf8)
    }

    private static func text(_ numbers: inout SeededNumbers, _ hasSurrogates: Bool) -> [UInt8] {
        let parts = [
            "a", "bcdefgh", "0123456789abcdef", "é", "日", "😀", "\\n", "\\u00e9", "\\ud83d\\ude00", "\\\"", "\\\\", "/",
            " ",
        ]
        var text = "\""
        for _ in 0..<Int.random(in: 0..<12, using: &numbers) {
            let part = parts.randomElement(using: &numbers) ?? ""
            if hasSurrogates || !part.hasPrefix("\\u") { text += part }
        }
        return Array((text + "\"").utf8)
    }
}
