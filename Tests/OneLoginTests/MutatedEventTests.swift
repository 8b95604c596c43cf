import Directory
import HTTPTransport
import OneLogin
import Testing

/// One bad record spoils no other: whatever is done to an event, those beside it are used, and it is used or named.
@Suite struct MutatedEventTests {
    /// A small generator whose seed names the whole run.
    struct Dice {
        var state: UInt64

        mutating func below(_ limit: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((mixed ^ (mixed >> 31)) % UInt64(limit))
        }
    }

    enum Shape: String, CaseIterable, Sendable { case api, webhook, wrapped }

    static let seed: UInt64 = 20_260_201
    static let mutations = 200

    static func fields(_ shape: Shape, _ number: Int) -> [(key: String, value: String)] {
        let second = number % 60 < 10 ? "0\(number % 60)" : "\(number % 60)"
        var fields: [(key: String, value: String)] = [
            ("account_id", "60001"), ("event_type_id", "6"), ("user_id", "31003005"), ("user_name", "\"Nora Berg\""),
            ("actor_user_id", "31003005"), ("ipaddr", "\"198.51.100.7\""), ("risk_score", "63"), ("role_id", "null"),
            ("app_name", "\"Wiki\""), ("notes", "\"Invalid password\""), ("proxy_ip", "null"),
        ]
        if shape == .api {
            fields += [("id", "\(9_000_000 + number)"), ("created_at", "\"2026-02-01T07:12:\(second).412Z\"")]
        } else {
            fields += [
                ("uuid", "\"c0ffee00-\(number)\""), ("event_timestamp", "\"2026-02-01 07:12:\(second) UTC\""),
                ("privilege_name", "\"Super user\""),
            ]
        }
        return fields
    }

    static func text(_ fields: [(key: String, value: String)], _ shape: Shape) -> [UInt8] {
        let object = "{" + fields.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
        return Array((shape == .wrapped ? "{\"event\":\(object)}" : object).utf8)
    }

    static let values = [
        "null", "\"\"", "\"x\"", "12", "-1", "1.5", "1e400", "99999999999999999999", "true", "[]", "[1,2]", "{}",
        "{\"a\":{\"b\":[null]}}", "\"\\u0000\"", "\"\\ud800\"", "\"2026-02-30T00:00:00Z\"", "\"not a time\"",
    ]

    /// A record with one thing wrong, and whether it is still one line of JSON.
    static func mutated(_ shape: Shape, _ number: Int, _ dice: inout Dice) -> (text: [UInt8], isJSON: Bool) {
        var fields = fields(shape, number)
        let place = dice.below(fields.count)
        switch number % 10 {
        case 0: fields.remove(at: place)
        case 1, 2, 3, 4, 5: fields[place].value = values[dice.below(values.count)]
        case 6:
            let depth = [8, 64, 500, 20_000][dice.below(4)]
            let nest = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            fields.append(("nest", nest))
        case 7:
            let size = number == 7 ? 10 << 20 : 1 << (8 + dice.below(9))
            fields[place].value = "\"" + String(repeating: "x", count: size) + "\""
        case 8:
            fields.append(("event_type_id", "\(100_000 + dice.below(1_000_000))"))
        default:
            let whole = text(fields, shape)
            return (Array(whole.prefix(1 + dice.below(whole.count - 1))), false)
        }
        return (text(fields, shape), true)
    }

    @Test(arguments: Shape.allCases)
    func recordsBesideABadOneAreUsed(_ shape: Shape) async throws {
        var dice = Dice(state: Self.seed)
        var readable = 0
        var quarantined = 0
        for number in 0..<Self.mutations {
            let bad = Self.mutated(shape, number, &dice)
            let before = Self.text(Self.fields(shape, 1000 + number), shape)
            let after = Self.text(Self.fields(shape, 2000 + number), shape)
            for read in try await Self.read(shape, before, bad, after) {
                let ids = Set((0..<read.batch.count).map { read.batch.activity(at: $0).id })
                let good =
                    shape == .api
                    ? ["\(9_001_000 + number)", "\(9_002_000 + number)"]
                    : ["c0ffee00-\(1000 + number)", "c0ffee00-\(2000 + number)"]
                #expect(
                    ids.isSuperset(of: good), "seed \(Self.seed), mutation \(number): \(read.unreadable)")
                #expect(read.batch.count + read.unreadable.count == 3, "seed \(Self.seed), mutation \(number)")
                #expect(read.unreadable.allSatisfy { !$0.reason.isEmpty })
                readable += read.batch.count - 2
                quarantined += read.unreadable.count
            }
        }
        print("\(shape.rawValue): \(Self.mutations) mutations, \(readable) used, \(quarantined) in quarantine")
        #expect(readable > 0 && quarantined > 0)
    }

    typealias Read = (batch: ActivityBatch, unreadable: [UnreadableText])

    /// What comes of a bad record between two good ones: of the API in a page of its list, by the client itself; of a
    /// webhook in lines, and in an array where it is JSON.
    static func read(
        _ shape: Shape, _ before: [UInt8], _ bad: (text: [UInt8], isJSON: Bool), _ after: [UInt8]
    ) async throws -> [Read] {
        let rows = before + [44] + bad.text + [44] + after
        guard shape == .api else {
            var bodies = [before + [10] + bad.text + [10] + after + [10]]
            if bad.isJSON { bodies.append([91] + rows + [93]) }
            return bodies.map { body in
                let read = EventBody(body, place: "test")
                return (read.batch, read.unreadable)
            }
        }
        // A page that is cut in a record is no answer at all, and is asked for again: ClientTests.
        guard bad.isJSON else { return [] }
        let head = Array(#"{"status":{"error":false},"pagination":{"after_cursor":null},"data":["#.utf8)
        let answer = HTTPResponse(
            status: 200, headers: ["Content-Type": "application/json"], body: head + rows + Array("]}".utf8))
        let (source, sender, _) = client(script: RefusalTests.tokenThen(answer))
        let page = try await source.activities(ActivityQuery(since: Answers.start))
        #expect(page.next == nil && sender.count("/api/1/events") == 1)
        return [(page.batch, page.unreadable)]
    }

    struct Body: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let readable: Int
        let unreadable: Int
    }

    static func one(_ number: Int, _ shape: Shape = .webhook) -> String {
        String(decoding: text(fields(shape, number), shape), as: UTF8.self)
    }

    @Test(arguments: [
        Body(testDescription: "an array", text: "[\(one(1)),\(one(2))]", readable: 2, unreadable: 0),
        Body(
            testDescription: "an array of wrapped ones", text: "[\(one(1, .wrapped)),\(one(2, .wrapped))]", readable: 2,
            unreadable: 0),
        Body(
            testDescription: "wrapped lines", text: "\(one(1, .wrapped))\n\(one(2, .wrapped))\n", readable: 2,
            unreadable: 0),
        Body(testDescription: "lines with returns", text: "\(one(1))\r\n\(one(2))\r\n", readable: 2, unreadable: 0),
        Body(testDescription: "one object", text: one(1), readable: 1, unreadable: 0),
        Body(
            testDescription: "one object on many lines", text: one(1).replacing(",", with: ",\n"), readable: 1,
            unreadable: 0),
        Body(testDescription: "an empty array", text: "[]", readable: 0, unreadable: 0),
        Body(testDescription: "words", text: "hello", readable: 0, unreadable: 1),
        Body(testDescription: "a page", text: "<html></html>", readable: 0, unreadable: 1),
        Body(testDescription: "numbers in an array", text: "[1,\(one(1))]", readable: 1, unreadable: 1),
        Body(
            testDescription: "an array that is cut", text: "[\(one(1)),\(one(2).prefix(40))", readable: 1, unreadable: 1
        ),
    ])
    func everyFormOfABodyIsRead(_ body: Body) {
        let read = EventBody(Array(body.text.utf8), place: "test")
        #expect(read.batch.count == body.readable, "\(read.unreadable)")
        #expect(read.unreadable.count == body.unreadable, "\(read.unreadable)")
    }
}
