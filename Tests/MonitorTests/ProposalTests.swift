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
import Web

@testable import Monitor

/// What a policy proposes waits for a person: it is written down once, and nothing is done before it is approved.
@Suite struct ProposalTests {
    static func book(_ proposals: String) throws -> (book: RuleBook, diagnostics: [SourcedDiagnostic]) {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let policy = SourceText(
            name: "Policies/demo.yaml",
            text: "policy: demo\ntitle: Demo\nrules:\n  - rule: brute-force\n    propose: [\(proposals)]\n")
        let files = try RuleFolders(["\(root)/Rules/authentication/brute-force.yaml"]).read() + [policy]
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
        ("supend", "did you mean `suspend`?"), ("delete", "it is one of"), ("suspend boss", "write `suspend user`"),
        ("suspend user now", "write `suspend user`"), ("suspend 7", "write `suspend user`"),
        ("set-group", "write `set-group ID`"), ("set-group staff", "write `set-group ID`"),
        ("set-group -1", "write `set-group ID`"), ("set-group none boss", "write `set-group ID`"),
        ("add-role Staff", "write `add-role` for the role of the alert"), ("remove-role 7 8", "write `remove-role`"),
        ("remove-factor 5", "write `remove-factor user`"),
    ])
    func whatCannotBeProposedIsAnError(_ words: String, _ help: String) throws {
        let diagnostic = try #require(try Self.book(words).diagnostics.first?.diagnostic)
        #expect(diagnostic.level == .error && diagnostic.help?.contains(help) == true, "\(diagnostic)")
    }

    @Test func everyActionCanBeProposed() {
        #expect(Set(Proposal.actions) == Set(TenantAction.words))
        for word in Proposal.actions {
            let needsMore = TenantAction(word: word) == nil
            let proposal = Proposal(action: word, person: .user, argument: needsMore ? .id(7) : .nothing)
            #expect(TenantAction(proposal, of: nil)?.word == word)
            #expect((TenantAction(Proposal(action: word, person: .user), of: nil) == nil) == needsMore)
        }
    }

    /// One actor gives a role to many, each of whom gets a proposal as far as the limit goes.
    @Test func whatTheAlertNamesIsProposedAndTheRestIsCounted() async throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let policy = SourceText(
            name: "Policies/demo.yaml",
            text: """
                policy: demo
                title: Demo
                rules:
                  - rule: mass-role-grant-by-actor
                    params: { count: 25 }
                    propose: [remove-role, remove-role 7002, remove-factor, set-group 4100 actor, set-group none actor]
                """)
        let loaded = RuleBookLoader(schema: IdentitySchema.schema)
            .load(files: try RuleFolders(["\(root)/Rules/roles/mass-role-grant-by-actor.yaml"]).read() + [policy])
        #expect(loaded.diagnostics.isEmpty)
        let bench = try SyncBench()
        let cycle = Self.cycle(bench, loaded.book)
        _ = try await cycle.run()
        bench.clock.advance(by: .minutes(3))
        let lines = (1...25).map { user in
            #"{"uuid":"g\#(user)","event_type_id":147,"event_timestamp":"2026-01-01 00:01:\#(user + 10) UTC","#
                + #""user_id":\#(user),"actor_user_id":99,"role_id":7001}"#
        }
        let entry = EventEntry(
            connection: "acme", facts: bench.store, enricher: nil, lateness: .minutes(5), clock: bench.clock)
        #expect(try await entry.take(Array(lines.joined(separator: "\n").utf8)).new == 25)
        var leftOut = 0
        for _ in 0..<5 {
            for connection in try await cycle.run().connections { leftOut += connection.evaluation.proposalsLeftOut }
            bench.clock.advance(by: .minutes(3))
        }
        let proposed = try await bench.store.actions(connection: "acme", limit: 1000)
        let byAction = Dictionary(grouping: proposed, by: \.action).mapValues { $0.map(\.userID).sorted() }
        #expect(
            byAction == [
                .removeRole(7001): Array(1...20), .removeRole(7002): Array(1...20), .setGroup(4100): [99],
                .setGroup(nil): [99],
            ])
        #expect(leftOut >= 10, "five of each role")
        for record in proposed {
            #expect(record.note.contains("5 more of this alert are not proposed") == (record.userID <= 20))
        }
    }
}
