import Alerting
import CEL
import Diagnostics
import Directory
import FieldStorage
import RuleLanguage
import Testing
import Timekeeping

@testable import Evaluation

/// The index must leave no trace in what rules say: matches, errors and unknowns are those of every rule looking at
/// every activity.
@Suite struct ArrivalIndexTests {
    /// Numbers that are the same for the same seed.
    struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ state >> 29) &* 0x9E37_79B9_7F4A_7C15
        }

        mutating func pick<T>(_ some: [T]) -> T { some[Int.random(in: 0..<some.count, using: &self)] }
    }

    static let names = ["anna", "bo", "root", "svc-mail", "Zoë Müller", "a name that is longer than thirty-two bytes"]
    static let types: [Int64] = [5, 6, 13, 14, 17, 72, 73, 999_999]

    /// A condition over one field, some of them without a test for null, which the author would be warned of.
    static func atom(_ dice: inout Dice) -> String {
        let text = "\"\(dice.pick(["anna", "bo", "o", "svc", "Zo", "é", "zz", ""]))\""
        let field = "activity." + dice.pick(["user_name", "actor_name", "notes", "app_name"])
        let number = Int.random(in: 0..<6, using: &dice)
        return dice.pick([
            "\(field) == \(text)", "\(field) != \(text)", "\(field) in [\(text), \"root\"]", "\(field) == null",
            "(\(field) != null && \(field).matches(\(text)))", "(\(field) != null && \(field).contains(\(text)))",
            "(\(field) != null && !\(field).startsWith(\(text)))", "\(field).endsWith(\(text))",
            "activity.type_id == \(dice.pick(types))", "activity.type_id in [5, 6, \(dice.pick(types))]",
            "activity.type_id > 13", "activity.type_id <= 17", "activity.kind == \"login.success\"",
            "activity.kind.startsWith(\"user.\")",
            "(activity.risk_score != null && activity.risk_score > \(number))", "activity.risk_score == \(number)",
            "activity.risk_score > \(number)", "(activity.user_id != null && \(number) >= activity.user_id)",
            "(activity.user_id != null && activity.user_id > 1 && activity.user_id <= \(number))",
            "activity.actor_id < \(number)", "activity.user_id == activity.actor_id",
            "activity.user_name == activity.actor_name", "now > timestamp(\"2026-03-02T00:00:0\(number)Z\")",
        ])
    }

    static func condition(_ dice: inout Dice) -> String {
        let joins = ["&&", "&&", "&&", "||"]
        let parts = (0..<Int.random(in: 1...4, using: &dice)).map { _ -> String in
            let one = atom(&dice)
            let roll = Int.random(in: 0..<8, using: &dice)
            if roll == 0 { return "!(\(one))" }
            return roll == 1 ? "(\(one) || \(atom(&dice)))" : one
        }
        return parts.joined(separator: " \(dice.pick(joins)) ")
    }

    static func activities(_ count: Int, _ dice: inout Dice) -> ActivityBatch {
        let batch = ActivityBatch(capacity: count)
        for number in 0..<count {
            let row = batch.append()
            let kind = ActivityKind.forType(dice.pick(types))
            batch[row, .id] = batch.arena.copy("\(number)")
            batch[row, .time] = .timestamp(seconds: 1_772_409_600 + Int64(number % 7), nanoseconds: 0)
            batch[row, .kind] = kind.kindSlot
            batch[row, .type] = kind.typeNameSlot
            batch[row, .typeID] = .int(kind.typeID)
            batch[row, .observedBy] = batch.arena.copy("file")
            for field in [ActivityField.userName, .actorName, .notes, .appName] {
                let roll = Int.random(in: 0..<10, using: &dice)
                if roll < 3 { continue }
                let name = roll == 3 ? "new \(number)" : dice.pick(names)
                batch[row, field] = roll == 4 && number % 5 == 0 ? .unknown : batch.arena.copy(name)
            }
            for field in [ActivityField.riskScore, .userID, .actorID] {
                if Bool.random(using: &dice) { batch[row, field] = .int(Int64.random(in: 0..<6, using: &dice)) }
            }
        }
        return batch
    }

    /// What one rule says of all activities.
    struct Tally: Hashable, CustomStringConvertible {
        var matched = 0
        var errors = 0
        var unknowns = 0

        var description: String { "\(matched) matched, \(errors) errors, \(unknowns) unknown" }
    }

    static func naive(_ bound: BoundRule, _ batch: ActivityBatch) -> Tally {
        let frame = RuleFrame(for: [bound])
        var tally = Tally()
        guard case .activity(let body) = bound.body, let match = body.match else { return tally }
        for row in 0..<batch.count {
            frame.tables[FrameLayout.subjectTable] = UnsafePointer(batch.slots(of: row))
            frame.setNow(batch.activity(at: row).time)
            switch match.truth(frame.frame) {
            case .yes: tally.matched += 1
            case .no: break
            case .failed: if frame.failure.isUnknown { tally.unknowns += 1 } else { tally.errors += 1 }
            }
        }
        return tally
    }

    @Test(arguments: [1, 2, 3, 20_261_122] as [UInt64])
    func saysWhatEveryRuleLookingAtEverythingSays(_ seed: UInt64) throws {
        var dice = Dice(state: seed)
        var files: [SourceText] = []
        var texts: [String: String] = [:]
        for number in 0..<150 {
            let text = Self.condition(&dice)
            texts["r\(number)"] = text
            files.append(
                SourceText(
                    name: "r\(number).yaml",
                    text: "rule: r\(number)\ntitle: T\nseverity: low\nactivity:\n  match: '\(text)'\n"))
        }
        let book = RuleBookLoader(schema: IdentitySchema.schema).load(files: files).book
        let batch = Self.activities(1500, &dice)
        let users = DirectoryTimeline(
            constant: DirectoryIndex(DirectorySnapshot(observedAt: .earliest), superUsers: []))
        let engine = ActivityEngine(book: book, connection: "c", history: users)
        _ = engine.process(batch)
        let said = Dictionary(uniqueKeysWithValues: engine.statistics.map { ($0.binding.rule, $0.statistics) })
        #expect(book.bindings.count > 60, "seed \(seed): too many conditions were refused")
        var looked = 0
        for bound in book.bindings {
            let numbers = try #require(said[bound.rule.id])
            let tally = Tally(matched: numbers.matched, errors: numbers.errors, unknowns: numbers.unknowns)
            looked += numbers.looked
            #expect(
                tally == Self.naive(bound, batch), "seed \(seed), \(bound.rule.id): \(texts[bound.rule.id] ?? "")")
        }
        #expect(looked < book.bindings.count * batch.count / 2, "seed \(seed): the index leaves nothing out")
    }

    @Test func aValueThatTookThePlaceOfAnotherIsJudgedAnew() {
        let memo = ValueMemo(words: 1, isUsed: true)
        var known: [String: UInt64] = [:]
        for round in 0..<3 {
            for number in 0..<60_000 {
                let text = number % 3 == 0 ? "a text of more than thirty-two bytes, number \(number)" : "n\(number)"
                let bytes = Array(text.utf8)
                bytes.withUnsafeBytes { bytes in
                    let (bits, isNew) = memo.row(
                        of: bytes.baseAddress.unsafelyUnwrapped, bytes.count, TextHash.of(bytes, seed: 0))
                    if isNew { bits[0] = UInt64(number) } else { #expect(bits[0] == UInt64(number)) }
                    known[text] = bits[0]
                }
            }
            #expect(known.count == 60_000, "round \(round)")
        }
    }

    @Test func hashesTellTextsApart() {
        var seen = HashSet64()
        var texts: [[UInt8]] = [[]]
        for length in 1...70 { texts.append(Array(repeating: 0, count: length)) }
        for length in [1, 3, 4, 7, 8, 12, 16, 17, 31, 40] {
            for place in 0..<length {
                var text = [UInt8](repeating: 0x61, count: length)
                text[place] = 0x62
                texts.append(text)
            }
        }
        for text in texts {
            let isNew = seen.insert(text.withUnsafeBytes { TextHash.of($0) } | 1)
            #expect(isNew, "\(text)")
        }
        #expect(seen.count == texts.count)
    }
}

@Suite struct SeenIDsTests {
    static func insert(_ seen: SeenIDs, _ id: String, feed: String = "api") -> Bool {
        let arena = TextArena()
        return seen.insert(arena.copy(id), feed: arena.copy(feed))
    }

    @Test func tellsDuplicatesByFeedAndExactText() {
        let seen = SeenIDs(limit: 1000)
        for id in ["0", "7", "007", "600000000001", "600000000002", "1234567890123456789", "u-1", "", "-7", "7 "] {
            #expect(Self.insert(seen, id), "\(id)")
            #expect(Self.insert(seen, id) == id.isEmpty, "\(id): an empty id names nothing")
            #expect(Self.insert(seen, id, feed: "webhook"), "\(id)")
        }
    }

    @Test(arguments: [1, 3, 97, 1_000_003])
    func remembersAtLeastTheLimit(step: Int) {
        let seen = SeenIDs(limit: 20_000)
        for number in 0..<50_000 { #expect(Self.insert(seen, "\(number * step)")) }
        for number in 30_000..<50_000 { #expect(!Self.insert(seen, "\(number * step)")) }
        #expect(Self.insert(seen, "0"), "what is old is forgotten")
    }

    @Test func idsOfAllKindsKeepApart() {
        let seen = SeenIDs(limit: 100_000)
        for number in 0..<20_000 {
            #expect(Self.insert(seen, "\(number * 7919)"))
            #expect(Self.insert(seen, "id-\(number)"))
        }
        for number in 0..<20_000 {
            #expect(!Self.insert(seen, "\(number * 7919)"))
            #expect(!Self.insert(seen, "id-\(number)"))
        }
    }
}
