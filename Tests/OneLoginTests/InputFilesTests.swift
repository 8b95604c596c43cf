import Directory
import Foundation
import OneLogin
import Testing
import Timekeeping

@Suite struct InputFilesTests {
    /// A folder with files in it that goes when the test is over.
    final class Folder {
        let path: String

        init(_ files: [String: String] = [:]) throws {
            path = NSTemporaryDirectory() + "tocsin-input-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            for (name, text) in files { try write(name, text) }
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        @discardableResult
        func write(_ name: String, _ text: String) throws -> String {
            let file = path + "/" + name
            try text.write(toFile: file, atomically: false, encoding: .utf8)
            return file
        }
    }

    static func event(_ id: Int, _ more: String = "") -> String {
        #"{"id":\#(id),"event_type_id":5,"created_at":"2026-02-01T07:12:09.412Z","user_id":\#(id * 10)\#(more)}"#
    }

    static func read(_ paths: [String]) throws -> (ids: [String], report: InputReport) {
        var ids: [String] = []
        let report = try InputFiles(paths).activities { batch in
            for row in 0..<batch.count {
                let activity = batch.activity(at: row)
                ids.append(activity.id)
                #expect(activity.integer(.userID) == Int64(activity.id).map { $0 * 10 })
            }
        }
        return (ids, report)
    }

    struct Form: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
    }

    static let forms = [
        Form(testDescription: "a line each", text: event(1) + "\n" + event(2) + "\n\r\n" + event(3) + "\n"),
        Form(testDescription: "no line feed at the end", text: event(1) + "\n" + event(2) + "\n" + event(3)),
        Form(testDescription: "a byte order mark", text: "\u{FEFF}" + event(1) + "\n" + event(2) + "\n" + event(3)),
        Form(testDescription: "blanks before records", text: "  " + event(1) + "\n\t" + event(2) + "\n " + event(3)),
        Form(testDescription: "arrays on lines", text: "[\(event(1)),\(event(2))]\n[\(event(3))]\n[]\n"),
        Form(testDescription: "one array on one line", text: "[\(event(1)),\(event(2)),\(event(3))]"),
        Form(testDescription: "an array over lines", text: "[\n \(event(1)),\n \(event(2)),\n \(event(3))\n]\n"),
        Form(
            testDescription: "an envelope on one line",
            text: #"{"status":{"error":false},"pagination":{},"data":[\#(event(1)),\#(event(2)),\#(event(3))]}"#),
        Form(
            testDescription: "two envelopes on lines",
            text: #"{"status":{},"data":[\#(event(1))]}"# + "\n" + #"{"data":[\#(event(2)),\#(event(3))]}"# + "\n"),
        Form(
            testDescription: "an envelope over lines",
            text:
                "{\n\"status\": {\"code\": 200},\n\"data\": [\n\(event(1)),\n\(event(2)), \(event(3))]\n, "
                + "\"more\": 1 }\n"
        ),
        Form(
            testDescription: "wrapped in event",
            text: (1...3).map { #"{"event":\#(event($0))}"# }.joined(separator: "\n")),
        Form(
            testDescription: "records over several lines",
            text: (1...3).map { event($0).replacingOccurrences(of: ",", with: ",\n") }.joined(separator: "\n")),
    ]

    @Test(arguments: forms)
    func readsEveryForm(_ form: Form) throws {
        let folder = try Folder()
        let (ids, report) = try Self.read([try folder.write("feed.json", form.text)])
        #expect(ids == ["1", "2", "3"])
        #expect(report.activities == 3)
        #expect(report.unreadableCount == 0)
    }

    @Test func keepsWhatCannotBeReadWithItsPlace() throws {
        let folder = try Folder()
        let text = [
            Self.event(1), "{\"id\":2,", "", "nonsense", Self.event(3), "{\"event_type_id\":5}", "7",
            "[4,\(Self.event(5))]",
        ]
        let (ids, report) = try Self.read([try folder.write("feed.ndjson", text.joined(separator: "\n"))])
        #expect(ids == ["1", "3", "5"])
        #expect(report.unreadable.map(\.place) == [2, 4, 6, 7, 8].map { "feed.ndjson:\($0)" })
        #expect(report.unreadable.map(\.text) == ["{\"id\":2,", "nonsense", "{\"event_type_id\":5}", "7", "4"])
        #expect(report.unreadableCount == 5)
    }

    @Test func aBrokenFirstLineDoesNotSpoilTheRest() throws {
        let folder = try Folder()
        let (ids, report) = try Self.read([
            try folder.write("feed.ndjson", "{\"id\":0,\"event_ty\n\(Self.event(1))\n\(Self.event(2))\n")
        ])
        #expect(ids == ["1", "2"])
        #expect(report.unreadableCount == 1)
    }

    @Test func aDocumentThatIsCutOffGivesWhatCameBefore() throws {
        let folder = try Folder()
        let (ids, report) = try Self.read([
            try folder.write("a.json", "[\n\(Self.event(1)),\n\(Self.event(2)),\n{\"id\":3,\n")
        ])
        #expect(ids == ["1", "2"])
        #expect(report.unreadableCount == 1)
    }

    @Test(arguments: [true, false])
    func recordsAcrossBlocksStayWhole(_ isDocument: Bool) throws {
        let folder = try Folder()
        // Long enough for several blocks of 1 MiB, with records of uneven length and one longer than a block.
        let records = (1...4000).map { number in
            let notes = String(repeating: "é", count: number == 1234 ? 900_000 : number % 700)
            return Self.event(number, #","notes":"\#(notes)\n""#)
        }
        let text = isDocument ? "[\n" + records.joined(separator: ",\n") + "\n]" : records.joined(separator: "\n")
        let (ids, report) = try Self.read([try folder.write("big.json", text)])
        #expect(ids == (1...4000).map { String($0) })
        #expect(report.unreadableCount == 0)
    }

    @Test func countsAllUnreadableRecordsAndKeepsSome() throws {
        let folder = try Folder()
        let file = try folder.write("bad.ndjson", String(repeating: "{\n", count: InputFiles.keptUnreadable + 5))
        let (_, report) = try Self.read([file])
        #expect(report.unreadableCount > 0)
        #expect(report.unreadable.count <= InputFiles.keptUnreadable)
    }

    static let directory = [
        "users.ndjson": """
        {"id":3,"username":"c","email":"","status":1,"role_ids":[7],"created_at":"2026-01-01T00:00:00Z"}
        {"id":1,"username":"a","status":3,"group_id":500,"role_ids":[],"custom_attributes":{"cost":"C1","none":null}}
        """,
        "groups.ndjson": #"{"id":500,"name":"Staff","reference":null}"#,
        "roles.ndjson": #"{"id":7,"name":"Engineering","admins":[1],"apps":[9]}"#,
        "apps.ndjson": #"{"id":9,"name":"Wiki","connector_id":5,"visible":true,"auth_method":2}"#,
        "privileges.ndjson": """
        {"id":"p-1","name":"Super user","user_id":3}
        {"id":"p-2","name":"Help desk","user_id":3}
        {"id":"p-3","name":"Super user","user_id":1}
        """,
        "devices.ndjson": #"{"id":70,"user_id":3,"type_display_name":"Email OTP","active":true,"default":true}"#,
        "events.ndjson": event(1),
        "truth.json": #"{"planted":{"users":[1,2]},"files":{"users":{"rows":2}}}"#,
    ]

    static func expect(_ snapshot: DirectorySnapshot) {
        #expect(snapshot.users.map(\.id) == [1, 3])
        #expect(snapshot.users.first?.customAttributes == ["cost": "C1"])
        #expect(snapshot.users.first?.status == .locked)
        #expect(snapshot.users.last?.email == nil)
        #expect(snapshot.groups == [Group(id: 500, name: "Staff")])
        #expect(snapshot.roles == [Role(id: 7, name: "Engineering", userIDs: [3], adminIDs: [1], appIDs: [9])])
        #expect(snapshot.apps.first?.authMethod == "saml")
        #expect(snapshot.privileges.map(\.name) == ["Help desk", "Super user"])
        #expect(snapshot.privileges.last?.userIDs == [1, 3])
        #expect(snapshot.privileges.map(\.isWildcard) == [false, true])
        #expect(snapshot.devices.map(\.userID) == [3])
        for kind in [EntityKind.user, .group, .role, .app, .privilege, .device] {
            #expect(snapshot.availability(of: kind) == .complete)
        }
        #expect(snapshot.availability(of: .mapping) == .notAvailable)
    }

    @Test func readsAFolder() throws {
        let folder = try Folder(Self.directory)
        let files = try InputFiles([folder.path])
        #expect(files.eventFiles == [folder.path + "/events.ndjson"])
        #expect(files.directoryFiles.count == 6)
        #expect(files.otherFiles == [folder.path + "/truth.json"])
        let found = try #require(try files.directory(observedAt: Timestamp(seconds: 9)))
        Self.expect(found.snapshot)
        #expect(found.snapshot.observedAt == Timestamp(seconds: 9))
        #expect(found.report.unreadableCount == 0)
    }

    @Test(arguments: [true, false])
    func readsADirectoryInOneDocument(_ isPretty: Bool) throws {
        let lists = ["users", "groups", "roles", "apps", "privileges", "devices"].map { name in
            let rows = (Self.directory[name + ".ndjson"] ?? "").split(separator: "\n").joined(separator: ",")
            return "\"\(name)\":[\(rows)]"
        }
        let text = "{" + lists.joined(separator: isPretty ? ",\n" : ",") + "}"
        let folder = try Folder()
        let files = try InputFiles([try folder.write("snapshot.json", text)])
        #expect(files.eventFiles.isEmpty)
        Self.expect(try #require(try files.directory(observedAt: .earliest)).snapshot)
    }

    @Test func aBadRowMakesItsCollectionIncomplete() throws {
        var directory = Self.directory
        directory["users.ndjson", default: ""] += "\n{\"username\":\"x\",\"email\":\"y\"}\n{\"id\":"
        let folder = try Folder(directory)
        let found = try #require(try InputFiles([folder.path]).directory(observedAt: .earliest))
        #expect(found.snapshot.availability(of: .user) == .incomplete)
        #expect(found.snapshot.availability(of: .group) == .complete)
        #expect(found.report.unreadable.map(\.place) == ["users.ndjson:3", "users.ndjson:4"])
    }

    @Test func namesFilesThatCannotBeUsed() throws {
        #expect(throws: InputFailure.self) { try InputFiles(["/no/such/file.json"]) }
        let folder = try Folder(["notes.txt": "x", "truth.json": "{}"])
        #expect(throws: InputFailure.nothingUsable(path: folder.path)) { try InputFiles([folder.path]) }
    }

    static let sample = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../shared/samples/public-webhook-events.json").standardizedFileURL.path

    @Test(.enabled(if: FileManager.default.fileExists(atPath: sample), "the shared samples are not here"))
    func readsThePublicSamples() throws {
        var types: [Int64] = []
        let report = try InputFiles([Self.sample]).activities { batch in
            types += (0..<batch.count).compactMap { batch.activity(at: $0).integer(.typeID) }
        }
        #expect(types == [1400, 72, 14, 5])
        #expect(report.unreadableCount == 0)
    }
}
