import Foundation
import Testing

/// `tocsin simulate --webhook` beside `tocsin monitor`: events arrive, also those that nobody took at first.
@Suite struct SimulateWebhookTests {
    static let rules = """
        rule: assumed-by-webhook
        title: A webhook told that somebody acts as another user
        severity: high
        activity: { match: activity.kind == "user.assumed" && activity.observed_by == "webhook" }
        key: [activity.id]
        message: "${activity.id}"
        """

    /// A line that a monitor writes.
    struct Line: Decodable {
        struct Alert: Decodable {
            let message: String
        }

        let type: String
        let alert: Alert
    }

    /// A port of loopback that was free just now.
    static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
                bind(descriptor, plain, length) == 0 && getsockname(descriptor, plain, &length) == 0
            }
        }
        try #require(bound)
        return UInt16(bigEndian: address.sin_port)
    }

    static func settings(_ tenant: AlertsShowTests.Tenant, _ port: UInt16, _ program: Program) -> String {
        // Events are polled once and then not for an hour, so what comes later comes by webhook.
        """
        \(AlertsShowTests.settings(tenant, program).replacing("activities: 1s", with: "activities: 1h"))
            event_webhook: { token_file: \(program.path("token")) }
        web: { listen: "127.0.0.1:\(port)" }
        """
    }

    /// The messages of the alerts that a monitor writes, until there are so many.
    static func told(by pipe: Pipe, atLeast count: Int) throws -> [String] {
        var read = Data()
        while read.count(where: { $0 == UInt8(ascii: "\n") }) < count {
            let more = pipe.fileHandleForReading.availableData
            try #require(!more.isEmpty, "the monitor ended: \(String(decoding: read, as: UTF8.self))")
            read += more
        }
        let lines = try read.split(separator: UInt8(ascii: "\n")).prefix(count).map {
            try JSONDecoder().decode(Line.self, from: Data($0))
        }
        return lines.map { "\($0.type) \($0.alert.message)" }
    }

    @Test(.timeLimit(.minutes(15)), arguments: ["array", "lines"])
    func eventsArriveOnceAlsoThoseThatWereRefused(_ format: String) async throws {
        let program = try Program()
        defer { program.remove() }
        // The first happen before there is a monitor, and more while it runs.
        try program.write(
            """
            seed: 3
            users: 40
            history: { days: 1, events: 100 }
            timeline:
              - { at: +1s, plant: user-assumed, within: 1s, times: 200, every: 2s }
            """, to: "scenario.yaml")
        try program.write("Bearer s3cret\n", to: "header")
        try program.write("s3cret\n", to: "token")
        let port = try Self.freePort()
        let simulator = try program.process([
            "simulate", "--port", "0", "--format", "json", "--scenario", program.path("scenario.yaml"), "--webhook",
            "http://127.0.0.1:\(port)/webhooks/onelogin/acme", "--webhook-header-file", program.path("header"),
            "--webhook-format", format,
        ])
        let (out, errors) = (Pipe(), Pipe())
        simulator.standardOutput = out
        simulator.standardError = errors
        try simulator.run()
        defer { simulator.terminate() }
        let tenant = try JSONDecoder().decode(
            AlertsShowTests.Tenant.self, from: AlertsShowTests.firstLine(of: out))
        let refused = String(decoding: AlertsShowTests.firstLine(of: errors), as: UTF8.self)
        #expect(refused.hasPrefix("webhook: no answer from ") && refused.hasSuffix("are posted again"), "\(refused)")

        try program.write(tenant.clientID + "\n", to: "id")
        try program.write(tenant.clientSecret + "\n", to: "secret")
        for name in ["id", "secret", "token"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: program.path(name))
        }
        try program.write(Self.rules, to: "Rules/rules.yaml")
        try program.write("policy: mine\nrules: [{ rule: assumed-by-webhook }]\n", to: "Policies/mine.yaml")
        try program.write(Self.settings(tenant, port, program), to: "tocsin.yaml")
        let monitor = try program.process(["monitor", "--config", program.path("tocsin.yaml")])
        let lines = Pipe()
        monitor.standardOutput = lines
        monitor.standardError = FileHandle.nullDevice
        try monitor.run()
        defer { monitor.terminate() }
        let told = try Self.told(by: lines, atLeast: 3)
        #expect(told.allSatisfy { $0.hasPrefix("alert.opened ") }, "\(told)")
        #expect(Set(told).count == told.count, "each once: \(told)")
    }
}
