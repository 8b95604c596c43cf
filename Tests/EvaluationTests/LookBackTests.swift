import Alerting
import Directory
import RuleLanguage
import Testing
import Timekeeping

@testable import Evaluation

/// An engine that was fed what the book looks back on stands where one stands that was fed everything.
@Suite struct LookBackTests {
    static let connection = "main"

    static func engine(_ book: RuleBook) -> ActivityEngine {
        var options = ActivityEngine.Options()
        options.coverageStart = TestFacts.start
        let index = DirectoryIndex(DirectorySnapshot(observedAt: TestFacts.start))
        return ActivityEngine(
            book: book, connection: connection, history: DirectoryTimeline(constant: index), options: options)
    }

    /// What is found from a watermark on when the engine is fed `past`, its findings dropped, and then `rest`.
    static func found(_ book: RuleBook, past: [PropertyLog.Act], until second: Int64, rest: [PropertyLog.Act])
        -> [Finding]
    {
        let engine = engine(book)
        _ = engine.process(TestFacts.batch(past))
        _ = engine.advance(to: TestFacts.at(second))
        var found = engine.process(TestFacts.batch(rest))
        found += engine.finish(at: TestFacts.at(2 * PropertyLog.length))
        return found
    }

    @Test(arguments: [false, true])
    func aBoundedReplayIsAsGoodAsAWholeOne(_ isBounded: Bool) throws {
        let book = isBounded ? PropertyRules.boundedBook : PropertyRules.book
        let need = LookBack(book, connection: Self.connection)
        #expect(need.boundless == (isBounded ? .kinds([]) : .kinds(["login.failure", "login.success", "mfa.removed"])))
        let seeds = PropertyLog.seeds(15)
        for seed in seeds {
            var dice = PropertyLog.Dice(state: seed)
            // Spread over ten hours, so that most of the past is older than the look-back.
            let log =
                PropertyLog.log(&dice)
                + PropertyLog.log(&dice).map { act in
                    var later = act
                    later.second += 9 * 3600
                    later.id = (act.id ?? "") + "-later"
                    return later
                }
            let cut = 9 * 3600 + Int64.random(in: 0..<PropertyLog.length, using: &dice)
            let past = log.filter { $0.second < cut }
            let rest = log.filter { $0.second >= cut }
            let near = past.filter { act in
                if TestFacts.at(act.second) >= TestFacts.at(cut) - need.span { return true }
                guard case .kinds(let kinds) = need.boundless else { return true }
                return kinds.contains(act.kind)
            }
            let whole = Self.found(book, past: past, until: cut, rest: rest)
            let bounded = Self.found(book, past: near, until: cut, rest: rest)
            #expect(whole == bounded, "seed \(seed)")
            guard whole == bounded else { return }
        }
        print("\(#function) \(isBounded): seeds \(seeds)")
    }

    @Test func whatARuleReadsAddsUp() {
        // `reads-burst` looks back 10 minutes on signals that look back 2 minutes; the spike looks back furthest.
        #expect(
            LookBack(PropertyRules.boundedBook, connection: Self.connection).span == LookBack.clockChange + .minutes(30)
        )
    }
}
