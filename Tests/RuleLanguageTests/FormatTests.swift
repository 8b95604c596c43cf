import Diagnostics
import RuleLanguage
import Testing

/// `rules fmt`: what each kind of text becomes, and that nothing is lost.
@Suite struct FormatTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let form: String
    }

    static let rows = [
        Row(
            testDescription: "keys in the order of the table", text: "severity: low\ntitle: t\nrule: r\n",
            form: "rule: r\ntitle: t\nseverity: low\n"),
        Row(
            testDescription: "comments go with their key",
            text: "# head\n\nseverity: low # how bad\n# what\ntitle: t\nrule: r\n# end\n",
            form: "rule: r\n# end\n# what\ntitle: t\n# head\n\nseverity: low # how bad\n"),
        Row(
            testDescription: "indentation of lists and mappings",
            text: "rule: r\nstate:\n     each: user\ntests:\n- name: n\n  expect: []\n-   name: m\n    expect: []\n",
            form:
                "rule: r\nstate:\n  each: user\ntests:\n  - name: n\n    expect: []\n  - name: m\n    expect: []\n"),
        Row(
            testDescription: "blanks in brackets",
            text: "rule: r\ntags: [ a,b ,  c ]\nparams: {x: {default: 1,type: int}}\n",
            form: "rule: r\ntags: [a, b, c]\nparams: { x: { type: int, default: 1 } }\n"),
        Row(
            testDescription: "quotes", text: "rule: r\ntitle: 'it''s'\nmessage: \"say \\\"no\\\" \\\\ \"\n",
            form: "rule: r\ntitle: \"it's\"\nmessage: 'say \"no\" \\ '\n"),
        Row(
            testDescription: "a literal block keeps its lines",
            text: "rule: r\nactivity:\n    match: |    # why\n          a\n            b\n\n          c\n\n\n",
            form: "rule: r\nactivity:\n  match: | # why\n    a\n      b\n\n    c\n"),
        Row(
            testDescription: "text over lines becomes one", text: "rule: r\ntitle: one\n  two\n   three\n",
            form: "rule: r\ntitle: one two three\n"),
        Row(
            testDescription: "a comment in brackets breaks them",
            text: "rule: r\ntags: [a, # first\n  b]\n", form: "rule: r\ntags:\n  - a # first\n  - b\n"),
        Row(
            testDescription: "documents", text: "---\nrule: r\n---\ntitle: t\nrule: s\n",
            form: "rule: r\n---\nrule: s\ntitle: t\n"),
        Row(
            testDescription: "a comment at the end of a list",
            text: "policy: p\nrules:\n  - rule: a\n  # - rule: b\ncontrols: []\n",
            form: "policy: p\nrules:\n  - rule: a\n  # - rule: b\ncontrols: []\n"),
        Row(
            testDescription: "anchors and aliases",
            text: "rule: r\ntests:\n- name: n\n  activities:   &a\n  - &b {at: +1h}\n  - &c\n     kind: x\n"
                + "  - *b\n- name: m\n  activities: *a\n",
            form: "rule: r\ntests:\n  - name: n\n    activities: &a\n      - &b { at: +1h }\n      - &c\n"
                + "        kind: x\n      - *b\n  - name: m\n    activities: *a\n"),
        Row(
            testDescription: "one blank line of several", text: "rule: r\n\n\n\ntitle: t\n",
            form: "rule: r\n\ntitle: t\n"),
        Row(
            testDescription: "names of the author stay in their order",
            text: "rule: r\nparams:\n  b: {type: int, default: 1}\n  a: {type: int, default: 2}\n",
            form: "rule: r\nparams:\n  b: { type: int, default: 1 }\n  a: { type: int, default: 2 }\n"),
    ]

    @Test(arguments: rows)
    func eachHasItsForm(_ row: Row) {
        #expect(RuleFormatter.format(SourceText(name: "r.yaml", text: row.text)) == .formatted(row.form))
        #expect(RuleFormatter.format(SourceText(name: "r.yaml", text: row.form)) == .formatted(row.form))
    }

    @Test func brokenYAMLIsRefused() {
        guard case .refused(let diagnostics) = RuleFormatter.format(SourceText(name: "r.yaml", text: "a: [\n")) else {
            Issue.record("broken YAML was formatted")
            return
        }
        #expect(!diagnostics.isEmpty)
    }

    @Test func aLongLineInBracketsBecomesABlock() {
        let words = (0..<40).map { "word\($0)" }
        let text = "rule: r\ntags: [\(words.joined(separator: ", "))]\n"
        let form = "rule: r\ntags:\n" + words.map { "  - \($0)\n" }.joined()
        #expect(RuleFormatter.format(SourceText(name: "r.yaml", text: text)) == .formatted(form))
    }
}
