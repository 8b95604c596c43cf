import Alerting
import Testing
import Timekeeping

@Suite struct SilenceTests {
    static let start = Timestamp(seconds: 1_767_225_600)

    static func silence(
        _ scope: Silence.Scope = Silence.Scope(rule: "r"), from: TimeSpan = .zero, until: TimeSpan = .hours(1)
    ) -> Silence? {
        Silence(scope, from: start + from, until: start + until, by: "cli:ann", comment: "import")
    }

    @Test func everySilenceEndsAndNamesSomething() throws {
        #expect(Self.silence(until: .zero) == nil)
        #expect(Self.silence(until: .milliseconds(1)) != nil)
        #expect(Self.silence(until: Silence.longest) != nil)
        #expect(Self.silence(until: Silence.longest + .milliseconds(1)) == nil)
        #expect(Self.silence(Silence.Scope()) == nil)
        #expect(Self.silence(Silence.Scope(severityLimit: .low)) == nil)
        let scopes = [Silence.Scope(connection: "c"), Silence.Scope(policy: "c"), Silence.Scope(rule: "c")]
        let ids = try scopes.map { try #require(Self.silence($0)).id }
        #expect(Set(ids).count == 3, "what is named is part of the id: \(ids)")
        #expect(Self.silence(scopes[0])?.id == ids[0])
    }

    @Test func itHoldsFromItsBeginToBeforeItsEnd() throws {
        let silence = try #require(Self.silence(from: .minutes(10), until: .minutes(20)))
        for (minute, holds) in [(9, false), (10, true), (19, true), (20, false)] {
            #expect(silence.holds(at: Self.start + .minutes(Int64(minute))) == holds, "\(minute)")
        }
    }

    @Test func somebodyMayEndItBeforeItsTime() throws {
        let silence = try #require(Self.silence(from: .minutes(10), until: .minutes(20)))
        let ended = try #require(silence.ended(by: "cli:bob", at: Self.start + .minutes(15)))
        #expect(ended.id == silence.id && ended.end?.by == "cli:bob")
        #expect(ended.until == Self.start + .minutes(15))
        let early = try #require(silence.ended(by: "cli:bob", at: Self.start))
        #expect(early.until == early.from, "one that has not begun never holds")
        #expect(silence.ended(by: "cli:bob", at: Self.start + .minutes(20)) == nil)
        #expect(ended.ended(by: "cli:bob", at: Self.start + .minutes(15)) == nil)
    }
}
