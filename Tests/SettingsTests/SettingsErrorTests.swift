import Diagnostics
import Settings
import Testing

@Suite struct SettingsErrorTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let yaml: String
        let code: SettingsCode
        var help: String?
        init(_ name: String, _ yaml: String, _ code: SettingsCode, help: String? = nil) {
            testDescription = name
            self.yaml = yaml
            self.code = code
            self.help = help
        }
    }

    static let shape = [
        Row("a letter too many", "‹storee›: x.db", .unknownKey, help: "did you mean `store`?"),
        Row("a key of nothing", "‹colour›: red", .unknownKey),
        Row("a key inside", "log: { ‹levle›: info }", .unknownKey, help: "did you mean `level`?"),
        Row("a list for text", "store: ‹[›a]", .wrongType),
        Row("text for a section", "log: ‹loud›", .wrongType),
        Row("text for a list of sections", "connections: ‹corp›", .wrongType),
        Row("text in a list of sections", "connections: [‹corp›]", .wrongType),
        Row("a list in a list", "rules: [a, ‹[›b]]", .wrongType),
        Row("a list for the file", "‹-› a", .wrongType),
        Row("a word that cannot be", "log: { level: ‹debgu› }", .badValue, help: "did you mean `debug`?"),
        Row("a quoted word that cannot be", "log: { level: ‹\"loud\"› }", .badValue),
        Row("a word in other letters", "ü: 1\nlog: { level: ‹ööö› }", .badValue),
        Row("an alias", "store: &a x.db\nrules: [*a]", .notPlain),
        Row("a tag", "store: ‹!!str› x.db", .notPlain),
        Row("no YAML", "store: [a", .syntax),
        Row("a key twice", "‹store:› a\nstore: b", .givenTwice),
        Row("a port above the last", "web: { listen: ‹127.0.0.1:65536› }", .badValue),
        Row("no port", "web: { listen: ‹localhost› }", .badValue),
        Row("a name to listen on", "web: { listen: ‹example.test:80› }", .badValue),
        Row("bits after the length", "networks: { office: [‹192.0.2.1/24›] }", .badValue),
        Row("a length above 32", "networks: { office: [‹192.0.2.0/33›] }", .badValue),
        Row("no address", "networks: { office: [‹office.example.test›] }", .badValue),
        Row("a name with a capital", "networks: { ‹Office›: [192.0.2.0/24] }", .badValue),
    ]

    static let entries = [
        Row("no name", "connections:\n  - ‹subdomain›: a\n    client_id: b", .missingKey),
        Row("no subdomain", "connections:\n  - ‹name›: a\n    client_id: b", .missingKey),
        Row(
            "a whole address", "connections:\n  - { name: a, subdomain: ‹https://corp.onelogin.com› }", .badValue,
            help: "write `corp`"),
        Row(
            "a wrong region", "connections:\n  - { name: a, subdomain: b, region: ‹ue› }", .badValue,
            help: "did you mean `eu`?"),
        Row(
            "a proxy without a port", "connections:\n  - { name: a, subdomain: b, proxy: ‹http://proxy.example.test› }",
            .badValue),
        Row(
            "a proxy with a password",
            "connections:\n  - { name: a, subdomain: b, proxy: ‹http://u:p@proxy.example.test:3128› }", .badValue),
        Row(
            "a proxy that speaks TLS",
            "connections:\n  - { name: a, subdomain: b, proxy: ‹https://proxy.example.test:3128› }", .badValue),
        Row("a minute too little", "connections:\n  - { name: a, subdomain: b, sync: { history: ‹59m› } }", .badValue),
        Row(
            "a nanosecond too long ago", "connections:\n  - { name: a, subdomain: b, sync: { history: ‹400d1ns› } }",
            .badValue),
        Row("no length of time", "connections:\n  - { name: a, subdomain: b, lateness: ‹soon› }", .badValue),
        Row("a nanosecond too much", "connections:\n  - { name: a, subdomain: b, lateness: ‹24h1ns› }", .badValue),
        Row("less than nothing", "connections:\n  - { name: a, subdomain: b, lateness: ‹-1s› }", .badValue),
        Row("too often", "connections:\n  - { name: a, subdomain: b, sync: { activities: ‹999ms› } }", .badValue),
        Row(
            "neither true nor false",
            "connections:\n  - { name: a, subdomain: b, super_users: { privileges: ‹yes› } }", .badValue),
        Row(
            "an attribute without a name",
            "connections:\n  - { name: a, subdomain: b, super_users: { attribute: { ‹values›: [x] } } }", .missingKey),
        Row(
            "the secret in clear", "connections:\n  - { name: a, subdomain: b, client_id: c, ‹client_secret›: d }",
            .inlineSecret),
        Row(
            "in clear to a host", "connections:\n  - { name: a, subdomain: b, url: ‹http://127.0.0.1.example.test› }",
            .exposed),
        Row(
            "credentials in the address", "connections:\n  - { name: a, subdomain: b, url: ‹https://u:p@h.test› }",
            .badValue),
        Row(
            "an unknown type", "receivers:\n  - { name: a, type: ‹webhok› }", .badValue,
            help: "did you mean `webhook`?"),
        Row(
            "a webhook without address", "receivers:\n  - { ‹name›: a, type: webhook, secret_file: /run/soc }",
            .missingKey),
        Row(
            "a secret in clear", "receivers:\n  - { name: a, type: webhook, url: \"https://h.test\", ‹secret›: b }",
            .inlineSecret),
        Row("an address for stdout", "receivers:\n  - { name: a, type: stdout, ‹url›: b }", .unknownKey),
        Row("a name twice", "receivers:\n  - { name: a, type: stdout }\n  - { name: ‹a›, type: stdout }", .givenTwice),
        Row(
            "no files", "receivers:\n  - { name: a, type: webhook, url: \"https://h.test\", ‹secret_files›: [] }",
            .badValue),
    ]

    @Test(arguments: shape + entries)
    func saysWhereAndWhatToDo(_ row: Row) {
        let marked = MarkedText(row.yaml)
        let result = SettingsSample.load(marked.text, readsSecrets: false)
        #expect(result.settings == nil)
        let found = result.diagnostics.map(\.diagnostic).filter { $0.code == row.code.rawValue }
        #expect(!found.isEmpty, "\(result.diagnostics.map(\.diagnostic))")
        if let span = marked.span { #expect(found.contains { $0.primary.span == span }, "\(found)") }
        if let help = row.help { #expect(found.contains { $0.help == help }, "\(found)") }
        for diagnostic in found { #expect(diagnostic.level == .error && diagnostic.message.first != nil) }
    }

    @Test func everyMistakeComesOutInOneRunInTheOrderOfTheFile() {
        let result = SettingsSample.load(
            """
            stor: a
            log: { level: loud }
            connections:
              - { name: A, subdomain: b }
              - { name: b, subdomain: c, lateness: 25h }
            web: { listen: here }
            """, readsSecrets: false)
        #expect(result.diagnostics.map(\.diagnostic.code) == ["C0002", "C0004", "C0004", "C0004", "C0004"])
        let text = DiagnosticReport(result.diagnostics).rendered(as: .short)
        #expect(
            text.split(separator: "\n").map { $0.split(separator: " ")[0] } == [
                "/etc/tocsin/tocsin.yaml:1:1:", "/etc/tocsin/tocsin.yaml:2:15:", "/etc/tocsin/tocsin.yaml:4:13:",
                "/etc/tocsin/tocsin.yaml:5:40:", "/etc/tocsin/tocsin.yaml:6:16:",
            ])
    }

    @Test func whatIsOnlyUnwiseIsAWarning() throws {
        let result = SettingsSample.load(
            """
            web: { listen: 0.0.0.0:80 }
            receivers:
              - { name: soc, type: webhook, url: "http://hooks.example.test/", secret_file: /run/soc }
            """)
        #expect(result.settings?.web?.isLoopback == false)
        #expect(result.diagnostics.map(\.diagnostic.level) == [.warning, .warning])
        #expect(result.diagnostics.map(\.diagnostic.code) == ["C0015", "C0015"])
    }
}
