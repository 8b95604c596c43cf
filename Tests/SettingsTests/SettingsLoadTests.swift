import Diagnostics
import HTTPTransport
import Settings
import Testing
import Timekeeping

@Suite struct SettingsLoadTests {
    @Test func withoutAFileTheDefaultsHold() throws {
        let result = SettingsLoader.load(SettingsInput(file: nil, files: MemoryFiles()))
        #expect(result.settings == Settings())
        #expect(result.diagnostics.isEmpty)
    }

    @Test(arguments: ["", "# nothing yet\n", "---\n", "store:\n"])
    func anEmptyFileIsNoMistake(_ yaml: String) {
        #expect(SettingsSample.load(yaml).settings == Settings())
    }

    @Test func readsEverything() throws {
        let settings = try #require(
            SettingsSample.load(
                """
                store: /var/lib/tocsin/tocsin.db
                rules: [Rules, /srv/more]
                policies: Mine
                connections:
                  - name: corp
                    subdomain: Corp-Example
                    region: eu
                    url: http://127.0.0.1:8080/
                    client_id: abc
                    client_secret_file: /run/corp
                    ca_file: ca.pem
                    sync: { activities: 30s, directory: 1h, full_list: 2d, factors: 12h, roles: 30m, history: 90d }
                    lateness: 10m
                    super_users:
                      users: [a@corp.example]
                      roles: [Admins]
                      privileges: true
                      attribute: { name: is_admin, values: ["1"] }
                receivers:
                  - { name: terminal, type: stdout, send_resolved: false }
                  - name: soc
                    type: webhook
                    url: https://hooks.corp.example/t
                    secret_files: [/run/soc, /run/old]
                networks:
                  office: [192.0.2.0/24, "2001:db8::/32"]
                  vpn: 198.51.100.7
                geo: { csv: geo.csv, city: /srv/city.mmdb }
                web: { listen: "[::1]:9000" }
                log: { level: debug, format: json }
                limits: { expression_bytes: 4096, keys_per_rule: 50000 }
                """
            ).settings)
        #expect(settings.store == "/var/lib/tocsin/tocsin.db")
        #expect(settings.rules == ["/etc/tocsin/Rules", "/srv/more"])
        #expect(settings.policies == ["/etc/tocsin/Mine"])
        #expect(settings.limits.expressionBytes == 4096 && settings.limits.keysPerRule == 50_000)
        #expect(settings.limits.evaluationSteps == nil)
        let connection = try #require(settings.connections.first)
        #expect(connection.name == "corp" && connection.subdomain == "corp-example" && connection.region == .eu)
        #expect(connection.url == "http://127.0.0.1:8080")
        #expect(connection.clientID == "abc" && connection.clientSecret?.reveal() == "s3cret")
        #expect(connection.caFile == "/etc/tocsin/ca.pem")
        #expect(connection.sync.activities == .seconds(30) && connection.sync.directory == .hours(1))
        #expect(connection.sync.fullList == .days(2) && connection.sync.factors == .hours(12))
        #expect(connection.sync.roles == .minutes(30) && connection.sync.apps == nil)
        #expect(connection.sync.history == .days(90))
        #expect(connection.lateness == .minutes(10))
        #expect(connection.superUsers.users == ["a@corp.example"] && connection.superUsers.roles == ["Admins"])
        #expect(connection.superUsers.usesPrivileges && connection.superUsers.attribute?.values == ["1"])
        #expect(settings.receivers.map(\.name) == ["terminal", "soc"])
        #expect(settings.receivers.map(\.sendsResolved) == [false, true])
        guard case .webhook(let url, let secrets, _) = settings.receivers[1].kind else {
            Issue.record("the second receiver is a webhook")
            return
        }
        #expect(url == "https://hooks.corp.example/t" && secrets.map { $0.reveal() } == ["whsec_abc", "whsec_old"])
        #expect(settings.networks.map(\.name) == ["office", "vpn"])
        #expect(settings.networks.map(\.ranges) == [["192.0.2.0/24", "2001:db8::/32"], ["198.51.100.7"]])
        #expect(settings.geo.csv == "/etc/tocsin/geo.csv" && settings.geo.city == "/srv/city.mmdb")
        #expect(settings.web?.host == "::1" && settings.web?.port == 9000)
        #expect(settings.log.level == .debug && settings.log.format == .json)
    }

    @Test func theExampleOfTheDocumentationLoads() throws {
        let page = try SettingsSample.documentation()
        let start = try #require(page.firstRange(of: "```yaml\n")).upperBound
        let end = try #require(page[start...].firstRange(of: "```")).lowerBound
        let example = String(page[start..<end])
        let files = MemoryFiles(files: [
            "/etc/tocsin/secrets/corp-id": FileText("abc"), "/etc/tocsin/secrets/corp-secret": FileText("def"),
            "/etc/tocsin/secrets/soc": FileText("whsec_abc"), "/etc/tocsin/secrets/corp-webhook": FileText("tok"),
            "/etc/tocsin/secrets/corp-actions-id": FileText("abd"),
            "/etc/tocsin/secrets/corp-actions-secret": FileText("deg"),
        ])
        let result = SettingsSample.load(example, files: files)
        #expect(DiagnosticReport(result.diagnostics).rendered(as: .short) == "")
        #expect(result.settings?.connections.count == 1 && result.settings?.receivers.count == 2)
    }

    @Test func everyCodeHasALineInTheDocumentation() throws {
        let page = try SettingsSample.documentation()
        for code in SettingsCode.allCases { #expect(page.contains("| \(code.rawValue) |"), "\(code)") }
    }

    @Test func flagsWinOverVariablesAndTheseOverTheFile() throws {
        let yaml = "store: file.db\nlog: { level: error, format: text }\n"
        let environment = ["TOCSIN_STORE": "variable.db", "TOCSIN_LOG_LEVEL": "debug", "TOCSIN_RULES": "a, b"]
        let settings = try #require(
            SettingsSample.load(yaml, environment: environment, flags: ["store": "flag.db"]).settings)
        #expect(settings.store == "flag.db")
        #expect(settings.log.level == .debug && settings.log.format == .text)
        #expect(settings.rules == ["a", "b"])
        let other = try #require(SettingsSample.load(yaml, environment: environment).settings)
        #expect(other.store == "variable.db")
    }

    @Test func aWrongVariableIsShownWithItsName() throws {
        let result = SettingsSample.load("", environment: ["TOCSIN_LOG_LEVEL": "debgu", "TOCSIN_STOR": "x"])
        #expect(result.settings == nil)
        #expect(result.diagnostics.map(\.source.name) == ["TOCSIN_LOG_LEVEL", "environment"])
        #expect(result.diagnostics.map(\.diagnostic.code) == ["C0004", "C0012"])
        #expect(result.diagnostics.map(\.diagnostic.help) == ["did you mean `debug`?", "did you mean `TOCSIN_STORE`?"])
    }

    @Test func aFileThatIsNamedMustBeThere() {
        let input = SettingsInput(file: nil, files: MemoryFiles())
        #expect(SettingsLoader.load(path: nil, input).settings == Settings())
        let missing = SettingsLoader.load(path: "/nowhere.yaml", input)
        #expect(missing.settings == nil && missing.diagnostics.map(\.diagnostic.code) == ["C0014"])
        var named = input
        named.environment = ["TOCSIN_SETTINGS": "/else.yaml"]
        #expect(SettingsLoader.load(path: nil, named).diagnostics.map(\.source.name) == ["/else.yaml"])
    }

    @Test func readsTheMachinesFilesWithTheirMode() throws {
        #expect(throws: FileFailure(reason: "no such file or directory")) {
            try SystemFiles().read(#filePath + ".missing")
        }
        #expect(throws: FileFailure(reason: "it is a folder")) { try SystemFiles().read("/") }
        #expect(try SystemFiles().read(#filePath).text.hasPrefix("import Diagnostics"))
    }
}
