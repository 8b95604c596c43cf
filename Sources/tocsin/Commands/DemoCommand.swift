import ArgumentParser
import Directory
import Logging
import Monitor
import Reporting
import RuleLanguage
import Sync
import Timekeeping

/// `tocsin demo`: the main job on a simulated tenant, with no settings at all.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Syncs, watches and audits a simulated tenant: no settings, no account, a few seconds.")

    @Option(help: "How many users the tenant has, at least 30.")
    var users = 500

    @Option(help: "The same seed gives the same tenant.")
    var seed: UInt64 = 1

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard users >= 30 else { throw ValidationError("--users must be at least 30") }
    }

    func run() async throws {
        let settings = try common.settings(readsSecrets: false)
        let book = try common.ruleBook(settings)
        var logger = common.logger(settings, label: "demo")
        logger.logLevel = .error
        let paint = Paint(isOn: common.hasColor)
        let demonstration = Demonstration(book: book, users: users, seed: seed, logger: logger)
        let receiver = DemoReceiver(isColoured: paint.isOn)
        let report = try await demonstration.run(
            now: SystemClock().now(), receiver: receiver, toolVersion: ToolVersion.text
        ) { step in Self.tell(step, bound: book.bindings.count, receiver, paint) }
        Terminal.write(paint.bold("\nAudit: the tenant as it stands now, with its last seven days\n"))
        Terminal.writeRaw(report.text(ReportTextOptions(hasColor: paint.isOn, hasDetails: false)))
        Terminal.write(next(paint))
    }

    private static func tell(_ step: Demonstration.Step, bound: Int, _ receiver: DemoReceiver, _ paint: Paint) {
        switch step {
        case .tenant(let url, let users):
            Terminal.write(paint.bold("A simulated OneLogin tenant with \(users) users answers at \(url)"))
        case .tested(let test):
            let passed = test.probes.filter(\.isOK).map(\.name).joined(separator: ", ")
            Terminal.write("Connection test: \(test.isUsable ? "usable" : "not usable") (\(passed))")
        case .synced(let outcome, let users, let activities):
            Terminal.write("First sync: \(users) users, \(activities) activities, status \(outcome.status.word)")
            Terminal.write(paint.bold("\nAlerts: \(bound) bound rules, the state now and one hour of attacks\n"))
        case .hourPassed:
            Terminal.write("  and \(receiver.counted)")
        case .judged(let planted, let found, let missed):
            Terminal.write("\nPlanted cases found: \(found) of \(planted)")
            for one in missed { Terminal.write("  missed: \(one)") }
        }
    }

    private func next(_ paint: Paint) -> String {
        """

        \(paint.bold("What next"))
          tocsin simulate                       the same tenant, to try the other commands on
          tocsin rules test Rules               the tests inside the rules
          tocsin connection test                your own tenant: README.md, "Connect a tenant"
          tocsin audit --format html --output audit.html
          tocsin monitor
        """
    }
}
