import Diagnostics
import HTTPTransport
import Settings
import Testing

@Suite struct SecretReadingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Lines of the connection after name, subdomain and client id.
        let keys: String
        var environment: [String: String] = [:]
        var files: [String: FileText] = [:]
        var secret: String?
        var codes: [String] = []
    }

    static let found = [
        Row(
            testDescription: "a file", keys: "client_secret_file: /run/s", files: ["/run/s": FileText("abc")],
            secret: "abc"),
        Row(
            testDescription: "a file beside the settings", keys: "client_secret_file: s",
            files: ["/etc/tocsin/s": FileText("abc")], secret: "abc"),
        Row(
            testDescription: "a line break at the end is no mistake", keys: "client_secret_file: /run/s",
            files: ["/run/s": FileText("abc\r\n")], secret: "abc"),
        Row(
            testDescription: "a named variable", keys: "client_secret_env: ACME", environment: ["ACME": "abc"],
            secret: "abc"),
        Row(
            testDescription: "the usual variable", keys: "region: us",
            environment: ["TOCSIN_MY_CORP_CLIENT_SECRET": "abc"], secret: "abc"),
        Row(
            testDescription: "a credential of systemd", keys: "region: us",
            environment: ["CREDENTIALS_DIRECTORY": "/run/credentials/tocsin"],
            files: ["/run/credentials/tocsin/my-corp_client_secret": FileText("abc", mode: 0o440)], secret: "abc"),
        Row(
            testDescription: "blanks around it", keys: "client_secret_file: /run/s",
            files: ["/run/s": FileText(" abc\t\n")], secret: "abc", codes: ["C0009"]),
        Row(
            testDescription: "two line breaks", keys: "client_secret_file: /run/s",
            files: ["/run/s": FileText("abc\n\n")], secret: "abc", codes: ["C0009"]),
        Row(
            testDescription: "a file that the group may read", keys: "client_secret_file: /run/s",
            files: ["/run/s": FileText("abc", mode: 0o640)], secret: "abc", codes: ["C0010"]),
        Row(
            testDescription: "a file of the strictest mode", keys: "client_secret_file: /run/s",
            files: ["/run/s": FileText("abc", mode: 0o400)], secret: "abc"),
    ]

    static let refused = [
        Row(testDescription: "nowhere", keys: "region: us", codes: ["C0008"]),
        Row(testDescription: "no file", keys: "client_secret_file: /run/s", codes: ["C0008"]),
        Row(
            testDescription: "an empty file", keys: "client_secret_file: /run/s", files: ["/run/s": FileText(" \n")],
            codes: ["C0008"]),
        Row(testDescription: "no variable", keys: "client_secret_env: ACME", codes: ["C0008"]),
        Row(
            testDescription: "a blank inside", keys: "client_secret_file: /run/s",
            files: ["/run/s": FileText("Secret: abc")], secret: "Secret: abc", codes: ["C0009"]),
        Row(
            testDescription: "a file and a variable", keys: "client_secret_file: /run/s\n    client_secret_env: ACME",
            codes: ["C0011"]),
        Row(testDescription: "in clear", keys: "client_secret: hunter2hunter2", codes: ["C0007"]),
    ]

    @Test(arguments: found + refused)
    func readsASecret(_ row: Row) {
        let yaml = "connections:\n  - name: my-corp\n    subdomain: a\n    client_id: b\n    \(row.keys)\n"
        let result = SettingsSample.load(
            yaml, environment: row.environment, files: MemoryFiles(files: row.files))
        #expect(result.diagnostics.map(\.diagnostic.code) == row.codes)
        #expect(result.settings?.connections.first?.clientSecret?.reveal() == row.secret)
        #expect((result.settings == nil) == (row.secret == nil))
    }

    @Test(arguments: found + refused)
    func neverShowsWhatTheFileHolds(_ row: Row) {
        let yaml = "connections:\n  - name: my-corp\n    subdomain: a\n    client_id: b\n    \(row.keys)\n"
        let result = SettingsSample.load(yaml, environment: row.environment, files: MemoryFiles(files: row.files))
        for form in DiagnosticFormat.allCases {
            let text = DiagnosticReport(result.diagnostics).rendered(as: form)
            #expect(!text.contains("abc") && !text.contains("hunter2"))
        }
        #expect(!"\(result.settings as Optional)".contains("abc"))
    }

    @Test func commandsThatTalkToNobodyNeedNoSecret() {
        let yaml = "connections:\n  - { name: a, subdomain: b, client_secret_file: /nowhere }\n"
        let result = SettingsSample.load(yaml, readsSecrets: false)
        #expect(result.diagnostics.isEmpty)
        #expect(result.settings?.connections.first?.clientSecret == nil)
    }

    @Test func theVariablesOfKnownNamesAreKnown() {
        let environment = ["TOCSIN_A_CLIENT_SECRET": "x", "TOCSIN_A_CLIENT_ID": "y", "TOCSIN_B_CLIENT_ID": "z"]
        let result = SettingsSample.load(
            "connections:\n  - { name: a, subdomain: b }\n", environment: environment)
        #expect(result.settings?.connections.first?.clientID == "y")
        #expect(result.diagnostics.map(\.diagnostic.message) == ["the variable `TOCSIN_B_CLIENT_ID` sets nothing"])
    }
}
