import Testing

@testable import Timekeeping

@Suite struct TimeZoneRulesTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String { "\(zone) at \(moment)" }
        let zone: String
        let moment: String
        let minutes: Int64
        init(_ zone: String, _ moment: String, _ minutes: Int64) {
            self.zone = zone
            self.moment = moment
            self.minutes = minutes
        }
    }

    @Test(arguments: [
        Row("UTC", "2026-07-01T00:00:00Z", 0), Row("Etc/UTC", "2026-07-01T00:00:00Z", 0),
        Row("Europe/Berlin", "2026-03-29T00:59:59Z", 60), Row("Europe/Berlin", "2026-03-29T01:00:00Z", 120),
        Row("Europe/Berlin", "2026-10-25T00:59:59Z", 120), Row("Europe/Berlin", "2026-10-25T01:00:00Z", 60),
        Row("America/New_York", "2026-01-15T12:00:00Z", -300), Row("America/New_York", "2026-07-15T12:00:00Z", -240),
        Row("Asia/Kathmandu", "2026-01-15T12:00:00Z", 345), Row("Asia/Kolkata", "2026-01-15T12:00:00Z", 330),
        Row("Australia/Lord_Howe", "2026-01-15T12:00:00Z", 660),
        Row("Australia/Lord_Howe", "2026-07-15T12:00:00Z", 630),
        // Changes that are no daylight saving: a new standard time, and a day that was left out.
        Row("Europe/Moscow", "2014-10-25T21:59:59Z", 240), Row("Europe/Moscow", "2014-10-25T22:00:00Z", 180),
        Row("Pacific/Apia", "2011-12-30T09:59:59Z", -600), Row("Pacific/Apia", "2011-12-30T10:00:00Z", 840),
        Row("+02:00", "2026-01-15T12:00:00Z", 120), Row("-09:30", "2026-01-15T12:00:00Z", -570),
        Row("05:45", "2026-01-15T12:00:00Z", 345), Row("+14:00", "2026-01-15T12:00:00Z", 840),
    ])
    func knowsTheOffsetOnBothSidesOfAChange(_ row: Row) throws {
        let zone = try #require(TimeZoneRules.named(row.zone))
        let moment = try #require(Timestamp(rfc3339: row.moment))
        #expect(zone.offset(at: moment) == row.minutes * 60)
        #expect(zone.name == row.zone)
    }

    @Test(arguments: [
        "", "Mars/Olympus", "europe/berlin", "Europe/Berlin ", "+14:01", "+1:00", "+01:60", "+0100", "+aa:00",
        "Europe/Berlin\u{0}", "GMT+2", "CEST",
    ])
    func refusesWhatIsNoZone(_ name: String) {
        #expect(TimeZoneRules.named(name) == nil)
    }

    @Test func oneObjectAName() {
        #expect(TimeZoneRules.named("Europe/Rome") === TimeZoneRules.named("Europe/Rome"))
        #expect(TimeZoneRules.names.contains("Europe/Rome"))
    }

    @Test func theMemoryGivesWhatTheFirstAnswerGaveInAnyOrder() throws {
        let moments = (0..<4000).map { Timestamp(seconds: 1_500_000_000 + Int64($0) * 7919 * 13) }
        let forward = try #require(TimeZoneRules.named("Europe/London"))
        let expected = moments.map { forward.interval(at: $0.seconds).offset }
        var order = Array(moments.indices)
        var seed: UInt64 = 42
        for index in order.indices.reversed() where index > 0 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            order.swapAt(index, Int((seed >> 33) % UInt64(index + 1)))
        }
        let shuffled = try #require(TimeZoneRules.named("Europe/Jersey"))
        for index in order { #expect(shuffled.offset(at: moments[index]) == expected[index]) }
    }

    @Test func showsLocalDateAndTime() throws {
        let zone = try #require(TimeZoneRules.named("Europe/Berlin"))
        let civil = zone.civil(at: try #require(Timestamp(rfc3339: "2026-06-30T22:30:00Z")))
        #expect([civil.month, civil.day, civil.hour, civil.minute, civil.dayOfWeek] == [7, 1, 0, 30, 3])
    }
}
