import Diagnostics
import FieldStorage
import Foundation
import Testing
import Timekeeping

@testable import CEL

/// What makes compiled conditions fast gives the same answers as what it stands for.
@Suite struct CompiledFormTests {
    /// A source of numbers that a seed makes the same each time.
    struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    @Test(arguments: [
        "America/New_York", "Europe/Berlin", "Europe/Moscow", "Asia/Kolkata", "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Pacific/Apia",
    ])
    func offsetsAreThoseOfThePlatform(_ name: String) throws {
        let zone = try #require(ZoneTable.zone(name))
        let platform = try #require(TimeZone(identifier: name))
        let seed: UInt64 = 41
        var source = Seeded(state: seed)
        for _ in 0..<2000 {
            let moment = Int64.random(in: -1_000_000_000...4_500_000_000, using: &source)
            let expected = platform.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment)))
            #expect(zone.offset(at: moment) == Int64(expected), "seed \(seed), \(name) at \(moment)")
        }
    }

    @Test(arguments: [
        (1_772_953_199, 1), (1_772_953_200, 3), (1_793_512_799, 1), (1_793_512_800, 1), (1_793_509_199, 0),
    ])
    func clocksChangeAtTheirSecond(_ seconds: Int, _ hour: Int64) throws {
        let zone = try #require(ZoneTable.zone("America/New_York"))
        let offset = zone.offset(at: Int64(seconds))
        #expect(TimePart.getHours.of(Timestamp(seconds: Int64(seconds)), offset: offset) == hour)
    }

    @Test(arguments: ["", "a", "b", "ab", "Chrome/", "zzz", "é", "aab", "aaaaaaaaab"])
    func searchesFindWhatIsThere(_ part: String) {
        let arena = TextArena()
        let search = TextSearch(ConstantText(part))
        let texts = [
            "", "a", "ab", "xChrome/9", "Chrome", "Chrom/e Chrome/", "caf\u{e9}", "e\u{301}", "aaaaaaaaaaaaaab",
        ]
        for text in texts {
            let expected = text.utf8.count >= part.utf8.count && (part.isEmpty || bytes(text, have: part))
            #expect(search.isIn(arena.copy(text)) == expected, "`\(part)` in `\(text)`")
        }
    }

    private func bytes(_ text: String, have part: String) -> Bool {
        let text = Array(text.utf8)
        let part = Array(part.utf8)
        return (0...(text.count - part.count)).contains { Array(text[$0..<($0 + part.count)]) == part }
    }

    @Test func textIsTheSameAtEveryLength() {
        let arena = TextArena()
        for length in 0...40 {
            let text = arena.copy(String(repeating: "a", count: length))
            #expect(textEqual(text, arena.copy(String(repeating: "a", count: length))))
            for place in 0..<length {
                var other = [UInt8](repeating: 97, count: length)
                other[place] = 98
                #expect(!textEqual(text, arena.copy(String(decoding: other, as: UTF8.self))), "\(length), \(place)")
            }
        }
    }

    @Test func setsHoldTheirMembersAndNothingElse() {
        let arena = TextArena()
        let members = (0..<300).filter { $0 % 3 == 0 }
        let numbers = NumberSet(members.map { Int64($0) * 1_000_003 - 150 } + [.min, .max, 0, 0])
        let texts = TextSet(members.map { String(repeating: "x", count: $0 % 40) + String($0) })
        for number in 0..<300 {
            #expect(numbers.contains(Int64(number) * 1_000_003 - 150) == (number % 3 == 0))
            let text = arena.copy(String(repeating: "x", count: number % 40) + String(number))
            #expect(texts.contains(text) == (number % 3 == 0))
        }
        #expect(numbers.contains(.min) && numbers.contains(.max) && numbers.contains(0) && !numbers.contains(1))
    }

    @Test func rawTextIsReadAgainWhenItsBytesChange() throws {
        let program = try Fixture.program("activity.raw.risk == 7")
        var text = Array(#"{"risk": 7}"#.utf8)
        let row = UnsafeMutablePointer<Slot>.allocate(capacity: Fixture.activity.slotCount)
        defer { row.deallocate() }
        row.initialize(repeating: .null, count: Fixture.activity.slotCount)
        let context = EvaluationContext()
        func truth() -> Truth {
            text.withUnsafeBytes { bytes in
                row[7] = .string(bytes)
                var tables: UnsafePointer<Slot>? = UnsafePointer(row)
                return withUnsafePointer(to: &tables) { program.truth(Frame(tables: $0, context: context)) }
            }
        }
        #expect(truth() == .yes)
        #expect(truth() == .yes)
        text[9] = UInt8(ascii: "8")
        #expect(truth() == .no)
        text[0] = UInt8(ascii: "[")
        #expect(truth() == .failed)
        text[0] = UInt8(ascii: "{")
        #expect(truth() == .no)
    }

    struct Place: Sendable, CustomTestStringConvertible {
        let text: String
        /// What the failure's span covers.
        let culprit: String
        var steps = 1_000_000
        var testDescription: String { text }
    }

    @Test(arguments: [
        Place(
            text: "(1 / count == 1 && activity.risk / 0 > 1 || true) && activity.risk % 0 == 1",
            culprit: "activity.risk % 0"),
        Place(text: "activity.risk / 0 > 1 && user.roles.map(r, r)[7] == ''", culprit: "user.roles.map(r, r)[7]"),
        Place(
            text: "user.roles.exists(r, r != '' && count > 0 && activity.risk / 0 == 1)", culprit: "activity.risk / 0"),
        Place(text: "user.roles.exists(r, r == 'x')", culprit: "user.roles", steps: 1),
        Place(text: "user.roles.map(r, r) == []", culprit: "user.roles", steps: 1),
        Place(
            text: "user.roles.exists(r, r == 'x') || user.roles.exists(s, s != 'x')", culprit: "user.roles", steps: 1),
        Place(
            text: "activity.kind.startsWith('x') || '\(String(repeating: "y", count: 200))'.contains(activity.kind)",
            culprit: "'\(String(repeating: "y", count: 200))'.contains(activity.kind)", steps: 1),
    ])
    func aFailureNamesItsOwnPlace(_ row: Place) throws {
        let program = try Fixture.program(row.text)
        var world = Fixture.World()
        world.limits.steps = row.steps
        world.run { frame in
            #expect(program.truth(frame) == .failed)
            #expect(frame.context.failureSpan.map { covered(row.text, $0.start, $0.end) } == row.culprit)
            guard row.steps < 1_000_000 else { return }
            #expect(frame.context.failure == .limit(.steps))
            #expect(program.value(frame) == .failure(.limit(.steps)))
            #expect(frame.context.failureSpan.map { covered(row.text, $0.start, $0.end) } == row.culprit)
        }
    }

    private func covered(_ text: String, _ start: Int, _ end: Int) -> String {
        String(decoding: Array(text.utf8)[start..<end], as: UTF8.self)
    }
}
