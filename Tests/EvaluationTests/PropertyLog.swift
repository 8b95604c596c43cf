import Alerting
import Directory
import Foundation
import RuleLanguage
import Timekeeping

@testable import Evaluation

/// Random logs, what the way to us does to them, and what the engine makes of them.
enum PropertyLog {
    typealias Act = TestFacts.Act

    /// A generator whose numbers are the same on every machine (SplitMix64).
    struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }

    /// The seeds a property is tried with: `TOCSIN_PROPERTY_CASES` of them from `TOCSIN_PROPERTY_SEED` on, else so many
    /// from 1 as `make test` has time for.
    static func seeds(_ usual: Int) -> ClosedRange<UInt64> {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["TOCSIN_PROPERTY_CASES"].flatMap { UInt64($0) } ?? UInt64(usual)
        let first = environment["TOCSIN_PROPERTY_SEED"].flatMap { UInt64($0) } ?? 1
        return first...(first + max(1, count) - 1)
    }

    static let lateness: Int64 = 300
    static let length: Int64 = 1800

    /// Activities of half an hour in order of time; users, moments and ids repeat so that ties come about.
    ///
    /// Role grants are told by one type, by the other, or by both within three seconds, of which two make them one.
    static func log(_ dice: inout Dice) -> [Act] {
        let kinds = ["login.failure", "login.failure", "login.success", "login.success", "mfa.removed", "mfa.enrolled"]
        let grants = (0..<Int.random(in: 4...16, using: &dice)).flatMap { number in
            let second = Int64.random(in: 0..<length, using: &dice)
            let user = Int64.random(in: 1...2, using: &dice)
            let types = [[147], [513], [147, 513], [513, 147], [147, 147, 513]].randomElement(using: &dice) ?? []
            return types.enumerated().map { place, type in
                Act(
                    second + (place == 0 ? 0 : Int64.random(in: 0...3, using: &dice)), "role.granted", user: user,
                    id: "id\(Int.random(in: 100...999, using: &dice))-g\(number)-\(place)", type: Int64(type), role: 7)
            }
        }
        let others = (0..<Int.random(in: 40...120, using: &dice)).map { number in
            Act(
                Int64.random(in: 0..<length, using: &dice), kinds.randomElement(using: &dice) ?? "",
                user: Int.random(in: 0..<10, using: &dice) == 0 ? nil : Int64.random(in: 1...3, using: &dice),
                ip: "192.0.2.\(Int.random(in: 1...3, using: &dice))",
                country: ["DE", "FR", nil].randomElement(using: &dice) ?? nil,
                id: "id\(Int.random(in: 100...999, using: &dice))-\(number)",
                number: Int64.random(in: 0..<60, using: &dice))
        }
        return (others + grants).sorted { ($0.second, $0.id ?? "") < ($1.second, $1.id ?? "") }
    }

    /// The longest stretch of a log in which grants to one user follow each other within the window of echoes.
    static func chain(of log: [Act]) -> TimeSpan {
        var longest: Int64 = 0
        for user in Set(log.map(\.user)) {
            let seconds = log.filter { $0.user == user && $0.kind == "role.granted" }.map(\.second).sorted()
            var start = seconds.first ?? 0
            for (last, second) in zip(seconds, seconds.dropFirst()) {
                if TimeSpan.seconds(second - last) > EchoMembers.window { start = second }
                longest = max(longest, second - start)
            }
        }
        return .seconds(longest)
    }

    /// Versions of the three users: each changes its department up to four times.
    static func versions(_ dice: inout Dice) -> [EntityVersion] {
        (1...3).flatMap { id in
            var moments = [Int64(0)]
            for _ in 0..<Int.random(in: 0...4, using: &dice) {
                moments.append(Int64.random(in: 1..<length, using: &dice))
            }
            moments = Set(moments).sorted()
            return moments.enumerated().map { place, moment in
                var user = User(id: Int64(id), username: "user\(id)", createdAt: TestFacts.at(-1))
                user.department = ["IT", "HR", nil].randomElement(using: &dice) ?? nil
                return EntityVersion(
                    entity: .user(user), seenFrom: TestFacts.at(moment),
                    seenUntil: place + 1 < moments.count ? TestFacts.at(moments[place + 1]) : nil, isFirst: place == 0)
            }
        }
    }

    /// One arrival: when it came, and what.
    struct Arrival {
        let second: Int64
        let act: Act
    }

    /// The log with each activity delayed by less than the lateness, some coming three times.
    static func arrivals(_ log: [Act], _ dice: inout Dice) -> [Arrival] {
        var arrivals: [Arrival] = []
        for act in log {
            for _ in 0..<(Int.random(in: 0..<5, using: &dice) == 0 ? 3 : 1) {
                arrivals.append(
                    Arrival(second: act.second + Int64.random(in: 0..<lateness, using: &dice), act: act))
            }
        }
        arrivals.shuffle(using: &dice)
        return arrivals.sorted { $0.second < $1.second }
    }

    /// The arrivals in the same order, cut at random places.
    static func split(_ arrivals: [Arrival], _ dice: inout Dice) -> [[Arrival]] {
        var batches: [[Arrival]] = [[]]
        for arrival in arrivals {
            if Int.random(in: 0..<6, using: &dice) == 0 { batches.append([]) }
            batches[batches.count - 1].append(arrival)
        }
        return batches
    }

    /// Runs batches as they arrive, the watermark following the latest arrival less the lateness.
    ///
    /// - Parameters:
    ///   - knows: Which versions of the directory are known at a moment; nil: all, as in a replay.
    ///   - comparesFeeds: Whether the log is told by two feeds.
    ///   - ends: After which batches the process ends, and another goes on from what is stored.
    static func run(
        _ batches: [[Arrival]], _ versions: [EntityVersion], knows: ((Int64) -> [EntityVersion])? = nil,
        comparesFeeds: Bool = false, ends: Set<Int> = []
    ) -> PropertyOutcome {
        func makeEngine(_ now: Int64) -> ActivityEngine {
            var options = ActivityEngine.Options()
            options.coverageStart = TestFacts.start
            options.comparesFeeds = comparesFeeds
            return ActivityEngine(
                book: PropertyRules.book, connection: "main", history: TestFacts.timeline(knows?(now) ?? versions),
                options: options)
        }
        var engine = makeEngine(0)
        var outcome = PropertyOutcome()
        var stored: [Act] = []
        for (place, batch) in batches.enumerated() {
            guard let now = batch.last?.second else { continue }
            if ends.contains(place) {
                let before = engine.watermark
                engine = makeEngine(now)
                replay(stored, upTo: before, engine)
            }
            stored += batch.map(\.act)
            if let knows { engine.follow(TestFacts.timeline(knows(now))) }
            outcome.observe(engine.process(TestFacts.batch(batch.map(\.act))))
            let watermark = TestFacts.at(now - lateness)
            outcome.observe(engine.advance(to: watermark))
            outcome.advance(watermark)
        }
        engine.follow(TestFacts.timeline(versions))
        outcome.observe(engine.finish(at: TestFacts.at(2 * length)))
        outcome.advance(TestFacts.at(100 * length))
        return outcome
    }

    /// Brings an engine to a watermark with as much of what is stored as a start reads, its findings dropped.
    private static func replay(_ stored: [Act], upTo watermark: Timestamp, _ engine: ActivityEngine) {
        let need = LookBack(PropertyRules.book, connection: "main")
        let since = max(watermark, TestFacts.start) - need.span
        let near = stored.firstIndex { TestFacts.at($0.second) >= since } ?? stored.count
        let old = stored[..<near].filter { act in
            guard case .kinds(let kinds) = need.boundless else { return true }
            return kinds.contains(act.kind) || Occurrences.sharedKinds.contains(act.kind)
        }
        for part in [old, Array(stored[near...])] { _ = engine.process(TestFacts.batch(part)) }
        _ = engine.advance(to: watermark)
    }

    /// The log as two feeds tell it: the API all of it but for gaps, and a webhook all but for others.
    static func twoFeeds(_ log: [Act], _ dice: inout Dice) -> [Act] {
        log.enumerated().flatMap { number, act in
            let gap = Int.random(in: 0..<8, using: &dice)
            var ofAPI = act
            ofAPI.id = "\(100_000 + Int64(number))"
            var ofWebhook = act
            ofWebhook.id = "w" + (act.id ?? "")
            if ofAPI.type == 0 { ofAPI.type = ActivityKind.named(act.kind)?.typeID ?? 0 }
            ofWebhook.type = ofAPI.type
            return gap == 0 ? [ofAPI] : gap == 1 ? [ofWebhook] : [ofAPI, ofWebhook]
        }
    }
}
