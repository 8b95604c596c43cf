import Diagnostics
import Evaluation
import RuleLanguage
import Testing

/// Formatting changes no meaning, and what is formatted stays.
@Suite struct FormatTests {
    static let files =
        ShippedFiles.rules + ShippedFiles.policies + ShippedFiles.files(below: "../shared/design/examples")

    @Test func everyShippedFileIsInItsForm() {
        for file in ShippedFiles.rules + ShippedFiles.policies {
            #expect(RuleFormatter.format(file) == .formatted(file.text), "\(file.name): run `tocsin rules fmt`")
        }
    }

    /// Shipped files and the design's examples, each with its spacing changed in many ways.
    @Test func formattingIsAFixedPointThatChangesNoDigest() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("formatting: seed \(seed)")
        var spacing = Spacing(seed: seed)
        for file in Self.files {
            let plain = digests(file)
            for round in 0..<4 {
                let text = round == 0 ? file.text : spacing.changed(file.text)
                guard digests(SourceText(name: file.name, text: text)) == plain else {
                    Issue.record("\(file.name): the changed spacing means something else\n\(text)")
                    continue
                }
                guard case .formatted(let once) = RuleFormatter.format(SourceText(name: file.name, text: text)) else {
                    Issue.record("\(file.name) is not formatted, seed \(seed)\n\(text)")
                    continue
                }
                let formatted = SourceText(name: file.name, text: once)
                #expect(RuleFormatter.format(formatted) == .formatted(once), "\(file.name), seed \(seed)")
                #expect(digests(formatted) == plain, "\(file.name), seed \(seed)")
            }
        }
    }

    /// The digests of all bindings, or what is wrong; a policy is loaded beside the shipped rules.
    private func digests(_ file: SourceText) -> [String] {
        let isPolicy = file.name.hasPrefix("Policies/")
        let definitions = ShippedFiles.rules.filter { $0.name.hasSuffix("/define.yaml") && $0.name != file.name }
        let others = isPolicy ? ShippedFiles.rules : definitions
        let loaded = RuleBookLoader(schema: IdentitySchema.schema).load(files: others + [file])
        let tests = loaded.book.rules.map { "\($0.tests.map(\.name)) \($0.tests.map(\.activities.count))" }
        return loaded.book.bindings.map(\.digest) + tests + loaded.diagnostics.map(\.diagnostic.code)
    }
}

/// Changes blanks and blank lines where YAML does not mind.
private struct Spacing {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func next(_ count: UInt64) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % count)
    }

    /// The text with more indentation, blank lines, comments, and blanks in brackets.
    mutating func changed(_ text: String) -> String {
        let factor = 1 + next(3)
        var block: Int?
        var base: Int?
        var out: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let indent = line.prefix { $0 == " " }.count
            let content = line.dropFirst(indent)
            if let begun = block, content.isEmpty || indent > begun {
                // What a block is indented by counts from its first line; the rest is text.
                let first = base ?? indent
                if !content.isEmpty { base = first }
                let width = first * factor + max(0, indent - first)
                out.append(content.isEmpty ? "" : String(repeating: " ", count: width) + content)
                continue
            }
            block = nil
            base = nil
            let isBlock = [": |", ": >", ": |-", ": >-"].contains { content.hasSuffix($0) }
            if isBlock { block = indent + (content.hasPrefix("- ") ? 2 : 0) }
            if !content.isEmpty, next(5) == 0 { out.append(next(2) == 0 ? "" : "   # a remark") }
            out.append(String(repeating: " ", count: indent * factor) + spread(content, factor, isBlock))
        }
        return out.joined(separator: "\n")
    }

    private mutating func spread(_ content: Substring, _ factor: Int, _ isBlock: Bool) -> String {
        var text = String(content)
        if text.hasPrefix("- ") { text = "-" + String(repeating: " ", count: 2 * factor - 1) + text.dropFirst(2) }
        let isPlain = !text.contains("\"") && !text.contains("'") && !text.contains("#")
        if isPlain, text.hasSuffix(" }"), next(2) == 0 { text = String(text.dropLast(2)) + "   }" }
        if !isBlock, isPlain, text.hasSuffix(":") || text.hasPrefix("tags: ["), next(4) == 0 { text += "  # why" }
        return text
    }
}
