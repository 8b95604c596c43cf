import Diagnostics
import HTTPTransport
import Settings
import Testing

@Suite struct SettingsEditTests {
    static let file = """
        # ours
        store: x.db

        connections:
          # the first
          - name: corp
            subdomain: corp-example   # its address
            client_id: abc

          - name: lab
            subdomain: lab-example
            sync: { directory: 30m }
        log:
          level: debug

        """

    static func edit(_ text: String) -> SettingsEdit { SettingsEdit(SourceText(name: "tocsin.yaml", text: text)) }

    static func new(_ name: String) -> SettingsEdit.NewConnection {
        var connection = SettingsEdit.NewConnection(name: name, subdomain: "new-example")
        connection.url = "http://127.0.0.1:8099"
        connection.clientSecret = ("client_secret_file", "secrets/new")
        return connection
    }

    @Test func aConnectionIsAddedAtTheEndOfTheListAndNothingElseChanges() throws {
        let text = try Self.edit(Self.file).adding(Self.new("third"))
        let added = """
              - name: third
                subdomain: new-example
                url: "http://127.0.0.1:8099"
                client_secret_file: secrets/new

            """
        #expect(text == Self.file.replacing("log:\n", with: added + "log:\n"))
    }

    @Test(arguments: ["", "store: x.db\n", "store: x.db"])
    func aFileWithoutConnectionsGetsAList(_ text: String) throws {
        let changed = try Self.edit(text).adding(Self.new("first"))
        #expect(changed.hasPrefix(text))
        #expect(changed.contains("connections:\n  - name: first\n    subdomain: new-example\n"))
        #expect(try Self.edit(changed).removing("first").contains("connections") == false)
    }

    @Test(arguments: ["corp", "lab"])
    func addingAndRemovingGivesTheFileBack(_ name: String) throws {
        let more = try Self.edit(Self.file).adding(Self.new("third"))
        #expect(try Self.edit(more).removing("third") == Self.file)
        let fewer = try Self.edit(Self.file).removing(name)
        #expect(!fewer.contains("name: \(name)"))
        #expect(fewer.contains("level: debug"))
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let name: String
        let problem: SettingsEdit.Problem
    }

    @Test(arguments: [
        Row(testDescription: "a name that is taken", text: file, name: "corp", problem: .nameTaken("corp")),
        Row(
            testDescription: "a list in one line", text: "connections: [{ name: a, subdomain: b }]\n", name: "c",
            problem: .notALineEach),
        Row(
            testDescription: "a name that is none", text: "", name: "No Name", problem: .refused("`No Name` is no name")
        ),
    ])
    func whatCannotBeAddedIsSaid(_ row: Row) {
        let error = #expect(throws: SettingsEdit.Problem.self) {
            _ = try Self.edit(row.text).adding(Self.new(row.name))
        }
        #expect(error == row.problem)
    }

    @Test func aConnectionThatIsNotThereCannotBeRemoved() {
        let error = #expect(throws: SettingsEdit.Problem.self) { _ = try Self.edit(Self.file).removing("nope") }
        #expect(error == .noSuchConnection("nope", known: ["corp", "lab"]))
    }

    @Test func theSectionsOfTheEdgesAreRead() throws {
        let yaml =
            SettingsSample.connection + """
                    event_webhook: { header: X-Token, token_file: /run/soc, posts_per_minute: 60 }
                    actions:
                      enabled: true
                      client_id: def
                      client_secret_file: /run/old
                      allow: [suspend]
                      per_hour: 3
                      never: [root@corp.example]

                """
        let settings = try #require(SettingsSample.load(yaml).settings?.connections.first)
        #expect(settings.eventWebhook?.header == "X-Token")
        #expect(settings.eventWebhook?.token?.reveal() == "whsec_abc")
        #expect(settings.eventWebhook?.postsPerMinute == 60)
        #expect(settings.actions.isOn && settings.actions.clientID == "def")
        #expect(settings.actions.clientSecret?.reveal() == "whsec_old")
        #expect(settings.actions.allowed == ["suspend"] && settings.actions.perHour == 3)
        #expect(settings.actions.never == ["root@corp.example"])
        #expect(SettingsSample.load(SettingsSample.connection).settings?.connections.first?.actions.isOn == false)
    }
}
