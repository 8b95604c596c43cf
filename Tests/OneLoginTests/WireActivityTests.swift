import Directory
import FieldStorage
import OneLogin
import Testing
import Timekeeping

@Suite struct WireActivityTests {
    /// Decodes one record into a batch of its own that outlives the text.
    static func decode(_ text: String, source: ActivitySource = .file) throws(UnreadableRecord) -> Activity {
        let bytes = Array(text.utf8)
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { copy.deallocate() }
        copy.copyBytes(from: bytes)
        let batch = ActivityBatch(capacity: 1)
        do throws(UnreadableRecord) {
            try WireActivityDecoder().decode(UnsafeRawBufferPointer(copy), into: batch, source: source)
        } catch {
            #expect(batch.count == 0, "a record that cannot be read leaves no row")
            throw error
        }
        return batch.activity(at: 0).detached()
    }

    static let api = #"""
        {"id":9182736451,"created_at":"2026-02-01T07:12:09.412Z","account_id":60001,"user_id":31003005,
         "event_type_id":6,"notes":"Invalid \"password\"","ipaddr":"198.51.100.7","actor_user_id":"31003005",
         "group_id":null,"policy_id":900,"actor_system":"","app-name":"Wiki","user_name":"Nora Berg","client_id":77,
         "risk_score":63.0,"risk_reasons":"Infrequent country","browser_fingerprint":12345}
        """#

    @Test func readsARowOfTheAPI() throws {
        let activity = try Self.decode(Self.api, source: .api)
        #expect(activity.id == "9182736451")
        #expect(activity.time == Timestamp(rfc3339: "2026-02-01T07:12:09.412Z"))
        #expect(activity.kind == "login.failure")
        #expect(activity.integer(.typeID) == 6)
        #expect(activity.integer(.userID) == 31_003_005)
        #expect(activity.integer(.actorID) == 31_003_005)
        #expect(activity.text(.notes) == "Invalid \"password\"")
        #expect(activity.text(.appName) == "Wiki")
        #expect(activity.text(.clientID) == "77")
        #expect(activity.integer(.riskScore) == 63)
        #expect(activity.text(.browserFingerprint) == "12345")
        #expect(activity.text(.observedBy) == "api")
        #expect(activity.text(.raw)?.hasPrefix(#"{"id":9182736451"#) == true)
        for field in [ActivityField.groupID, .actorSystem, .groupName, .deviceID] { #expect(activity[field].isNull) }
    }

    static let webhook = #"""
        {"create":{"_id":"6ce1"},"uuid":"6ce1","id":5,"event_timestamp":"2026-02-01 07:12:09 UTC","event_type_id":"72",
         "user_id":1,"actor_user_id":2,"privilege_id":338,"privilege_name":"Super user","user_name":"",
         "authentication_factor_type":12,"user_agent":"Zo\u00eb"}
        """#

    @Test(arguments: [webhook, "{\"event\":\(webhook)}", " {\"source\":\"siem\", \"event\" : \(webhook) } "])
    func readsAWebhookRecordWrappedOrNot(_ text: String) throws {
        let activity = try Self.decode(text, source: .webhook)
        #expect(activity.id == "6ce1")
        #expect(activity.time == Timestamp(rfc3339: "2026-02-01T07:12:09Z"))
        #expect(activity.integer(.typeID) == 72)
        #expect(activity.text(.privilegeID) == "338")
        #expect(activity.text(.privilegeName) == "Super user")
        #expect(activity.text(.factorType) == "12")
        #expect(activity.text(.userAgent) == "Zoë")
        #expect(activity[.userName].isNull)
        #expect(activity.text(.raw)?.hasPrefix("{\"create\"") == true)
    }

    @Test(arguments: [
        ("2026-02-01T07:12:09.412Z", "2026-02-01T07:12:09.412Z"), ("2026-02-01T07:12:09Z", "2026-02-01T07:12:09Z"),
        ("2026-02-01 07:12:09 UTC", "2026-02-01T07:12:09Z"), ("2026-02-01T12:42:09.5+0530", "2026-02-01T07:12:09.500Z"),
        ("2026-02-01T12:42:09+05:30", "2026-02-01T07:12:09Z"), ("2026-01-31T23:12:09-08", "2026-02-01T07:12:09Z"),
        ("2026-02-01 07:12:09 +0000", "2026-02-01T07:12:09Z"), ("2026-02-01T07:12:09", "2026-02-01T07:12:09Z"),
        ("2026-02-01T07:12:09.1234567891Z", "2026-02-01T07:12:09.123456789Z"),
    ])
    func readsEveryFormOfTime(_ text: String, _ expected: String) throws {
        let activity = try Self.decode(#"{"id":1,"event_type_id":5,"created_at":"\#(text)"}"#)
        #expect(activity.time == Timestamp(rfc3339: expected))
    }

    @Test func letsUnknownTypesThrough() throws {
        let activity = try Self.decode(
            #"{"id":1,"event_type_id":987654,"created_at":"2026-02-01T07:12:09Z","new":[1]}"#)
        #expect(activity.kind == "onelogin.unknown")
        #expect(activity.text(.type) == "UNKNOWN_987654")
        #expect(activity.integer(.typeID) == 987_654)
    }

    @Test(arguments: [("503", "user.group_changed"), ("null", "user.updated"), ("\"\"", "user.updated")])
    func tellsAGroupChangeFromAnyOtherUpdate(_ group: String, _ kind: String) throws {
        let text = #"{"id":1,"event_type_id":14,"created_at":"2026-02-01T07:12:09Z","group_id":\#(group)}"#
        #expect(try Self.decode(text).kind == kind)
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let reason: String
    }

    static func row(_ members: String) -> String {
        #"{"id":1,"event_type_id":5,"created_at":"2026-02-01T07:12:09Z"\#(members)}"#
    }

    @Test(arguments: [
        Bad(
            testDescription: "no type", text: #"{"id":1,"created_at":"2026-02-01T07:12:09Z"}"#,
            reason: "the record has no `event_type_id`"),
        Bad(
            testDescription: "no time", text: #"{"id":1,"event_type_id":5}"#,
            reason: "the record has no `created_at` and no `event_timestamp`"),
        Bad(
            testDescription: "no id", text: #"{"event_type_id":5,"created_at":"2026-02-01T07:12:09Z"}"#,
            reason: "the record has no `id` and no `uuid`"),
        Bad(
            testDescription: "an id that is a list",
            text: #"{"id":[1],"event_type_id":5,"created_at":"2026-02-01T07:12:09Z"}"#, reason: "`id` is no id: `[1]`"),
        Bad(
            testDescription: "a time in words", text: #"{"id":1,"event_type_id":5,"created_at":"yesterday"}"#,
            reason: "`created_at` is no time: `yesterday`"),
        Bad(
            testDescription: "a day that no calendar has",
            text: #"{"id":1,"event_type_id":5,"created_at":"2026-02-30T00:00:00Z"}"#,
            reason: "`created_at` is no time: `2026-02-30T00:00:00Z`"),
        Bad(
            testDescription: "a time as a number", text: #"{"id":1,"event_type_id":5,"created_at":1769929929}"#,
            reason: "`created_at` is no time: `1769929929`"),
        Bad(
            testDescription: "a type in words",
            text: #"{"id":1,"event_type_id":"login","created_at":"2026-02-01T07:12:09Z"}"#,
            reason: "`event_type_id` is no integer: `login`"),
        Bad(
            testDescription: "a user that is no number", text: row(#","user_id":"nora""#),
            reason: "`user_id` is no integer: `nora`"),
        Bad(
            testDescription: "a user id with a fraction", text: row(#","user_id":1.5"#),
            reason: "`user_id` is no integer: `1.5`"),
        Bad(
            testDescription: "an array", text: "[1]",
            reason: "another kind of value than was expected at byte 0"),
        Bad(
            testDescription: "cut off", text: #"{"id":1,"event_type_id":5"#,
            reason: "the JSON ends too early at byte 25"),
        Bad(
            testDescription: "something after it", text: row("") + "x",
            reason: "something after the value at byte \(row("").utf8.count)"),
        Bad(
            testDescription: "an event without anything", text: #"{"event":{}}"#,
            reason: "the record has no `event_type_id`"),
    ])
    func saysWhatIsWrong(_ row: Bad) {
        #expect(throws: UnreadableRecord.self) { try Self.decode(row.text) }
        do throws(UnreadableRecord) {
            _ = try Self.decode(row.text)
        } catch {
            #expect(error.reason == row.reason)
        }
    }

    @Test(arguments: [
        #","risk_score":"high""#, #","resolution":"fixed""#, #","object_id":"0b0f-uuid""#, #","notes":{"a":1}"#,
        #","user_name":["x"]"#, #","event":"not an object""#, #","event":{"id":2}"#, #","user_id":"""#,
    ])
    func livesWithOddOptionalFields(_ members: String) throws {
        #expect(try Self.decode(Self.row(members)).id == "1")
    }
}
