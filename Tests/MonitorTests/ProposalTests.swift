import Alerting
import Delivery
import Diagnostics
import Directory
import Evaluation
import FieldStorage
import Foundation
import HTTPTransport
import Logging
import OneLogin
import OneLoginSimulator
import RuleLanguage
import Store
import Sync
import Testing
import Timekeeping

@testable import Monitor

/// What a policy proposes waits for a person: it is written down once, and nothing is done before it is approved.
@Suite struct ProposalTests {
    static func book(_ proposals: String) throws -> (book: RuleBook, diagnostics: [SourcedDiagnostic]) {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let policy = SourceText(
            name: "Policies/demo.yaml",
            text: "policy: demo\ntitle: Demo\nrules:\n  - rule: brute-force\n    propose: [\(proposals)]\n")
        let files = try RuleFolders(["\(root)/Rules"]).read() + [policy]
        let loaded = RuleBookLoader(schema: IdentitySchema.schema).load(files: files)
        return (loaded.book, loaded.diagnostics)
    }

    /// A watch that proposes, made anew as after a start.
    static func cycle(_ bench: SyncBench, _ book: RuleBook, allowed: Set<String>? = nil) -> Cycle {
        let proposer = ActionProposer(
            connection: "acme", book: book, facts: bench.store, journal: bench.store, allowed: allowed)
        let watch = ConnectionWatch(
            connection: "acme", book: book, facts: bench.store, alerts: bench.store,
            routing: NoticeRouting(defaultReceivers: []), superUsers: [], lateness: .minutes(5), proposer: proposer,
            clock: bench.clock)
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return Cycle(
            connections: [Cycle.Connection(sync: bench.runner, watch: watch)],
            dispatcher: Dispatcher(outbox: bench.store, receivers: [], clock: bench.clock, logger: quiet),
            clock: bench.clock)
    }

    /// An hour in which one account is tried again and again.
    static func attacked(_ book: RuleBook, allowed: Set<String>? = nil) async throws -> SyncBench {
        let bench = try SyncBench(users: 60) { $0.pageSize = 50 }
        await bench.simulator.plant(.bruteForce, at: bench.clock.now() + .minutes(2))
        let cycle = cycle(bench, book, allowed: allowed)
        for _ in 0..<10 {
            _ = try await cycle.run()
            bench.clock.advance(by: .minutes(3))
        }
        return bench
    }

    @Test func anAlertProposesOnceAndDoesNothing() async throws {
        let (book, diagnostics) = try Self.book("force-password-reset, end-sessions")
        #expect(diagnostics.isEmpty)
        let bench = try await Self.attacked(book)
        let victim = try #require(await bench.simulator.truth.cases(rule: "brute-force").first?.userIDs.first)
        let proposed = try await bench.store.actions(connection: "acme", limit: 100)
        #expect(proposed.map(\.state) == [.proposed, .proposed])
        #expect(Set(proposed.map(\.action)) == [.forcePasswordReset, .endSessions])
        #expect(proposed.allSatisfy { $0.userID == Int64(victim) && !$0.username.isEmpty })
        #expect(proposed.allSatisfy { $0.requestedBy == "policy:demo" && $0.approvedBy == nil })
        let alerts = try await bench.store.alerts(AlertQuery())
        #expect(Set(proposed.compactMap(\.alertID)) == Set(alerts.map(\.id)))
        #expect(try await bench.client.subject(userID: Int64(victim)).status == .active, "nothing was done")

        // A start looks at open alerts again and proposes nothing twice.
        let again = Self.cycle(bench, book)
        _ = try await again.run()
        #expect(try await bench.store.actions(connection: "acme", limit: 100) == proposed)
    }

    @Test func approvalDoesItOnceAndTheGuardsHold() async throws {
        let bench = try await Self.attacked(try Self.book("force-password-reset, end-sessions").book)
        let proposed = try await bench.store.actions(connection: "acme", limit: 100)
        let reset = try #require(proposed.first { $0.action == .forcePasswordReset })
        func runner(never: [String] = [], isOn: Bool = true) -> ActionRunner {
            ActionRunner(
                connection: "acme", tenant: bench.client, journal: bench.store,
                rules: ActionGuard(isOn: isOn, perHour: 10, never: never, activeSuperUsers: [1, 2]),
                clock: bench.clock)
        }
        #expect(try await runner().preview(reset.id).note == "would be done")
        let done = try await runner().run(reset.id, approvedBy: "ann")
        #expect(done.state == .done && done.approvedBy == "ann")
        #expect(try await bench.client.subject(userID: reset.userID).status == .awaitingPasswordReset)
        #expect(try await runner().run(reset.id, approvedBy: "bob") == done, "approved twice, done once")
        let undone = try await runner().undo(reset.id, requestedBy: "ann")
        #expect(undone.state == .done)
        #expect(try await bench.client.subject(userID: reset.userID).status == .active)

        let other = try #require(proposed.first { $0.action == .endSessions })
        let refused = try await runner(never: [String(other.userID)]).run(other.id, approvedBy: "ann")
        #expect(refused.state == .refused)
    }

    @Test func whatIsDismissedIsNeitherDoneNorProposedAgain() async throws {
        let book = try Self.book("force-password-reset, end-sessions").book
        let bench = try await Self.attacked(book)
        let proposed = try await bench.store.actions(connection: "acme", limit: 100)
        let (unwanted, other) = (try #require(proposed.first), try #require(proposed.last))
        let runner = ActionRunner(
            connection: "acme", tenant: bench.client, journal: bench.store,
            rules: ActionGuard(isOn: true, perHour: 10, never: [], activeSuperUsers: [1, 2]), clock: bench.clock)
        let dismissed = try await runner.dismiss(unwanted.id, by: "ann", reason: "it was a drill")
        #expect(dismissed.state == .dismissed && dismissed.dismissedBy == "ann")
        #expect(dismissed.note == "dismissed by ann: it was a drill" && dismissed.finishedAt == bench.clock.now())
        #expect(try await bench.store.action(id: unwanted.id) == dismissed)
        #expect(try await runner.dismiss(unwanted.id, by: "bob", reason: "again") == dismissed)
        #expect(try await runner.run(unwanted.id, approvedBy: "bob") == dismissed, "nothing is done")
        await #expect(throws: ActionRunner.Problem.unknownAction("act_0")) {
            _ = try await runner.dismiss("act_0", by: "ann", reason: "")
        }
        #expect(try await runner.run(other.id, approvedBy: "ann").state == .done)
        await #expect(throws: ActionRunner.Problem.cannotBeDismissed(.done)) {
            _ = try await runner.dismiss(other.id, by: "ann", reason: "too late")
        }

        // A start looks at open alerts again.
        _ = try await Self.cycle(bench, book).run()
        let after = try await bench.store.actions(connection: "acme", limit: 100)
        #expect(Set(after.map(\.id)) == Set(proposed.map(\.id)))
        #expect(after.first { $0.id == unwanted.id } == dismissed)
    }

    @Test func whatSettingsDoNotAllowIsNotProposed() async throws {
        let bench = try await Self.attacked(
            try Self.book("force-password-reset, end-sessions").book, allowed: ["end-sessions"])
        #expect(try await bench.store.actions(connection: "acme", limit: 100).map(\.action) == [.endSessions])
    }

    @Test(arguments: [
        ("supend", "did you mean `suspend`?"), ("add-role", "it is one of"), ("suspend boss", "write `suspend user`"),
        ("suspend user now", "it is one of"),
    ])
    func whatCannotBeProposedIsAnError(_ words: String, _ help: String) throws {
        let diagnostic = try #require(try Self.book(words).diagnostics.first?.diagnostic)
        #expect(diagnostic.level == .error && diagnostic.help?.contains(help) == true, "\(diagnostic)")
    }

    @Test func everyWordIsAnActionThatNeedsNothingButAUser() {
        for word in Proposal.actions { #expect(TenantAction(word: word)?.word == word) }
        #expect(Set(Proposal.actions).count == Proposal.actions.count)
        #expect(TenantAction.words.filter { TenantAction(word: $0) != nil }.count == Proposal.actions.count)
    }
}
