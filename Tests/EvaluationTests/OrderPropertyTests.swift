import Alerting
import Directory
import RuleLanguage
import Testing
import Timekeeping

@testable import Evaluation

/// The same activities in any order within the lateness, doubled or split, give the same findings.
@Suite struct OrderPropertyTests {
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

    static func rules() throws -> [BoundRule] {
        let failure = "activity.kind == 'login.failure'"
        let user = ["activity.user_id"]
        let steps = [
            RuleDraft.Step(id: "removed", match: "activity.kind == 'mfa.removed'"),
            RuleDraft.Step(id: "login", match: "activity.kind == 'login.success'"),
        ]
        let absent = [steps[0], RuleDraft.Step(id: "again", match: "activity.kind == 'mfa.enrolled'", isAbsent: true)]
        let profile = RuleDraft.ProfileDraft(
            name: "country", match: "activity.kind == 'login.success'", by: user, value: "activity.country",
            history: .hours(2), learn: .minutes(1))
        let drafts = [
            RuleDraft(id: "plain", match: failure, key: user),
            RuleDraft(
                id: "sliding", match: failure,
                verb: .threshold(
                    by: user, .sliding(.minutes(2)),
                    [.init("n", .count), .init("ips", .distinct, "activity.ip"), .init("at", .collect, "activity.ip")]),
                alertIf: "n >= 3 && ips >= 2", cooldown: .minutes(2), message: "at.join(' ')"),
            RuleDraft(
                id: "tumbling", match: failure,
                verb: .threshold(by: user, .tumbling(.minutes(5), zone: .utc), [.init("n", .count)]),
                alertIf: "n >= 4", cooldown: nil),
            RuleDraft(
                id: "session", match: failure,
                verb: .threshold(by: user, .session(gap: .minutes(1)), [.init("n", .sum, "activity.risk_score")]),
                alertIf: "n > 60", cooldown: .minutes(1), message: "string(n)"),
            RuleDraft(id: "sequence", verb: .sequence(by: user, within: .minutes(3), steps), cooldown: .zero),
            RuleDraft(
                id: "together", verb: .sequence(by: user, within: .minutes(3), steps, isUnordered: true),
                cooldown: .zero),
            RuleDraft(id: "absent", verb: .sequence(by: user, within: .minutes(3), absent), cooldown: .zero),
            RuleDraft(
                id: "previous", match: "activity.kind == 'login.success'",
                verb: .previous(by: user, within: .minutes(5)), alertIf: "prev.country != activity.country",
                cooldown: .zero, message: "prev.id + ' ' + string(elapsed)"),
            RuleDraft(
                id: "spike", match: failure,
                verb: .spike(by: [], bucket: .minutes(5), baseline: .minutes(20), minimum: 2, zone: .utc),
                alertIf: "double(current) > mean + 1.0", cooldown: .minutes(5), message: "string(mean)"),
            RuleDraft(
                id: "flat", match: "activity.kind == 'login.success'", verb: .flatline(by: user, within: .minutes(4)),
                cooldown: .zero),
            RuleDraft(
                id: "new", match: "activity.kind == 'login.success'", profiles: [profile],
                alertIf: "is_new.country", key: ["activity.user_id", "activity.country"]),
        ]
        return try drafts.map { try $0.bind() }
    }

    static func log(_ dice: inout Dice) -> [Act] {
        let kinds = ["login.failure", "login.failure", "login.success", "mfa.removed", "mfa.enrolled"]
        return (0..<150).map { number in
            Act(
                Int64.random(in: 0..<1800, using: &dice), kinds.randomElement(using: &dice) ?? "",
                user: Int.random(in: 0..<10, using: &dice) == 0 ? nil : Int64.random(in: 1...3, using: &dice),
                ip: "192.0.2.\(Int.random(in: 1...3, using: &dice))",
                country: ["DE", "FR", "AU"].randomElement(using: &dice), id: "id\(number)",
                number: Int64.random(in: 0..<60, using: &dice))
        }
    }

    static let lateness: Int64 = 300

    /// Runs a log that arrives in batches, the watermark following the latest time less the lateness.
    static func findings(_ rules: [BoundRule], _ batches: [[Act]]) -> [Finding] {
        var options = ActivityEngine.Options()
        options.coverageStart = TestFacts.start
        let engine = TestFacts.engine(rules, options: options)
        var found: [Finding] = []
        for batch in batches {
            found += engine.process(TestFacts.batch(batch))
            if let latest = engine.latestTime { found += engine.advance(to: latest - .seconds(lateness)) }
        }
        return Finding.openings(of: found + engine.finish(at: TestFacts.at(3600)))
    }

    /// The log with each activity delayed by less than the lateness, some doubled, cut into batches.
    static func disturbed(_ log: [Act], _ dice: inout Dice) -> [[Act]] {
        var arrivals: [(Int64, Act)] = []
        for act in log {
            for _ in 0...(Int.random(in: 0..<5, using: &dice) == 0 ? 2 : 0) {
                arrivals.append((act.second + Int64.random(in: 0..<lateness, using: &dice), act))
            }
        }
        arrivals.shuffle(using: &dice)
        arrivals.sort { $0.0 < $1.0 }
        var batches: [[Act]] = [[]]
        for (_, act) in arrivals {
            if Int.random(in: 0..<6, using: &dice) == 0 { batches.append([]) }
            batches[batches.count - 1].append(act)
        }
        return batches
    }

    @Test(arguments: [1, 20, 300, 4000, 60_000] as [UInt64])
    func anyArrivalOrderGivesTheSameFindings(_ seed: UInt64) throws {
        var dice = Dice(state: seed)
        let rules = try Self.rules()
        let log = Self.log(&dice)
        let expected = Self.findings(rules, [log.sorted { $0.second < $1.second }])
        let fired = Set(expected.map(\.dedupKey.binding.rule))
        #expect(fired.count == rules.count, "seed \(seed): every rule must fire to be tested, only \(fired) did")
        for round in 0..<40 {
            let found = Self.findings(rules, Self.disturbed(log, &dice))
            #expect(found == expected, "seed \(seed), round \(round)")
            if found != expected { break }
        }
    }
}
