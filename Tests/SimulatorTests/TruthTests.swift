import Testing
import Timekeeping

@testable import OneLoginSimulator

/// An independent reading of the log and the directory finds what is planted and nothing else.
@Suite struct TruthTests {
    struct Size: Sendable, CustomTestStringConvertible {
        let users: Int
        let events: Int
        let seed: UInt64
        var testDescription: String { "\(users) users, \(events) events, seed \(seed)" }
    }

    static let sizes = [
        Size(users: 30, events: 300, seed: 1), Size(users: 60, events: 500, seed: 1),
        Size(users: 500, events: 4000, seed: 1),
        Size(users: 500, events: 4000, seed: 7), Size(users: 3000, events: 20_000, seed: 3),
    ]

    static func world(_ size: Size, planted: [PlantedKind] = PlantedKind.allCases) -> World {
        World(
            seed: size.seed, users: size.users, now: ManualClock().now(), historyEvents: size.events, historyDays: 7,
            kinds: planted, violations: 3)
    }

    /// The keys of windows in which at least `count` different values of one key lie.
    static func bursts(
        _ events: [SimulatedEvent], within span: Int64, count: Int, key: (SimulatedEvent) -> String,
        value: (Int, SimulatedEvent) -> Int
    ) -> Set<String> {
        var byKey: [String: [(time: Int64, value: Int)]] = [:]
        for (place, event) in events.enumerated() {
            byKey[key(event), default: []].append((event.time, value(place, event)))
        }
        return Set(
            byKey.filter { _, list in
                var first = 0
                for last in list.indices {
                    while list[last].time - list[first].time > span { first += 1 }
                    if Set(list[first...last].map { $0.value }).count >= count { return true }
                }
                return false
            }.keys)
    }

    static func keys(_ world: World, _ kind: PlantedKind, _ name: String) -> Set<String> {
        Set(world.truth.cases(rule: kind.rawValue).compactMap { $0.key[name] })
    }

    static func id(_ user: Int32) -> String { String(Tenant.userID(Int(user))) }

    @Test(arguments: sizes)
    func theEventsShowThePlantedAttacksAndNoOthers(_ size: Size) {
        let world = Self.world(size)
        let events = world.log.events
        func only(_ type: Int) -> [SimulatedEvent] { events.filter { $0.type == type } }
        let failures = only(6)
        #expect(
            Self.bursts(
                failures, within: 900_000, count: 10, key: { $0.address.text ?? "" },
                value: { Int($1.user) }) == Self.keys(world, .passwordSpray, "ip"))
        #expect(
            Self.bursts(
                failures, within: 600_000, count: 10, key: { Self.id($0.user) }, value: { place, _ in place })
                == Self.keys(world, .bruteForce, "user_id"))
        #expect(
            Self.bursts(
                only(17), within: 600_000, count: 50, key: { Self.id($0.actor) }, value: { place, _ in place })
                == Self.keys(world, .massDeletionByActor, "actor_id"))
        #expect(
            Self.bursts(
                only(14).filter { $0.group >= 0 }, within: 600_000, count: 50, key: { Self.id($0.actor) },
                value: { place, _ in place }) == Self.keys(world, .massGroupChangeByActor, "actor_id"))
        #expect(Set(only(3).map { Self.id($0.user) }) == Self.keys(world, .userAssumed, "user_id"))
        #expect(Set(only(24).map { Self.id($0.user) }) == Self.keys(world, .mfaDeviceRemoved, "user_id"))
        #expect(
            Set(only(72).filter { $0.privilege == 0 }.map { Self.id($0.user) })
                == Self.keys(world, .superUserGranted, "user_id"))
        #expect(
            Set(only(179).compactMap { world.log.detail($0).clientID })
                == Self.keys(world, .apiCredentialCreated, "client_id"))
        #expect(
            Set(events.filter { world.log.detail($0).notes?.contains("AKIA") == true }.map { Self.id($0.user) })
                == Self.keys(world, .secretInNotes, "user_id"))
        let removals = only(24).filter { removal in
            events.contains {
                $0.type == 5 && $0.user == removal.user && ($0.time - removal.time) > 0
                    && $0.time - removal.time <= 600_000
            }
        }
        #expect(Set(removals.map { Self.id($0.user) }) == Self.keys(world, .mfaRemovedThenLogin, "user_id"))
    }

    @Test(arguments: sizes)
    func theDirectoryShowsThePlantedStatesAndNoOthers(_ size: Size) {
        let world = Self.world(size)
        let tenant = world.tenant
        let limit: Int64 = 90 * 86_400_000
        let stale = (0..<size.users).filter { index in
            let core = tenant.core(index)
            return core.status == 1 && tenant.epoch - (core.lastLogin ?? core.createdAt) > limit
        }
        #expect(Set(stale.map { String(Tenant.userID($0)) }) == Self.keys(world, .staleCredentials, "user_id"))
        let privileged = (0..<size.users).filter { index in
            tenant.superUsers.contains(index)
                || (1...3).contains { tenant.holders(ofPrivilege: $0).contains(index) }
                || (1...3).contains { place in
                    tenant.roles(ofPrivilege: place).contains { tenant.isMember(index, of: $0) }
                }
        }
        let open = privileged.filter { tenant.devices(of: $0).isEmpty }
        #expect(Set(open.map { String(Tenant.userID($0)) }) == Self.keys(world, .privilegedUserWithoutMFA, "user_id"))
        #expect(tenant.superUsers.count > 5)
        #expect(tenant.superUsers.allSatisfy { tenant.core($0).status == 1 })
    }

    @Test func aTenantWithNothingPlantedBreaksNoRule() {
        let world = Self.world(Size(users: 400, events: 3000, seed: 5), planted: [])
        #expect(world.truth.cases.isEmpty)
        #expect(world.tenant.superUsers.count <= 5)
        #expect(!world.log.events.contains { [3, 24, 179].contains($0.type) })
        #expect(
            (0..<400).allSatisfy { index in
                let core = world.tenant.core(index)
                return core.status != 1
                    || world.tenant.epoch - (core.lastLogin ?? core.createdAt) < 90 * 86_400_000
            })
    }

    @Test(arguments: PlantedKind.allCases.filter { $0 != .massGroupChange })
    func oneKindIsPlantedAlone(_ kind: PlantedKind) {
        let world = Self.world(Size(users: 300, events: 1000, seed: 9), planted: [kind])
        #expect(!world.truth.cases.isEmpty && world.truth.cases.allSatisfy { $0.kind == kind })
        #expect((world.tenant.superUsers.count > 5) == (kind == .tooManySuperUsers))
        let open = world.tenant.superUsers.filter { world.tenant.devices(of: $0).isEmpty }
        #expect(open.isEmpty != (kind == .privilegedUserWithoutMFA))
    }

    @Test func everyAttackNamesItsEvents() {
        let world = Self.world(Self.sizes[2])
        let attacks = world.truth.cases.filter { !$0.kind.isState }
        #expect(Set(attacks.map { $0.kind }) == Set(PlantedKind.attacks))
        for planted in attacks {
            #expect(!planted.eventIDs.isEmpty, "\(planted.kind)")
            #expect(planted.eventIDs.allSatisfy { world.log.place(id: $0) != nil })
        }
    }

    @Test func theSameSeedGivesTheSameBytes() throws {
        var first = try Desk { $0.seed = 42 }
        var second = try Desk { $0.seed = 42 }
        var other = try Desk { $0.seed = 43 }
        for target in ["/api/1/events?limit=1000", "/api/1/users", "/api/2/roles?fields=users"] {
            let body = first.get(target).body
            #expect(body == second.get(target).body)
            #expect(body != other.get(target).body)
        }
        #expect(first.service.world.truth.json == second.service.world.truth.json)
    }

    @Test func groupChangesShowInTwoSnapshotsOnly() async throws {
        let clock = ManualClock()
        var options = SimulatorOptions()
        options.users = 200
        let simulator = Simulator(options: options, clock: clock)
        let ids = await simulator.applyGroupChanges(at: clock.now() + .minutes(5), users: 25)
        #expect(ids.count == 25 && Set(ids).count == 25)
        let before = await simulator.groups(of: ids)
        clock.advance(by: .minutes(5) + .milliseconds(-1))
        _ = await simulator.eventCount
        #expect(await simulator.groups(of: ids) == before)
        clock.advance(by: .milliseconds(1))
        _ = await simulator.eventCount
        let after = await simulator.groups(of: ids)
        #expect(zip(before, after).allSatisfy { $0 != $1 } && Set(after).count == 1)
        #expect(await simulator.truth.cases(rule: "mass-group-change").last?.userIDs == ids)
    }

    @Test func anAttackPlantedLiveAppearsInTime() async throws {
        let clock = ManualClock()
        let simulator = Simulator(clock: clock)
        let planted = await simulator.plant(.passwordSpray, at: clock.now() + .seconds(10), within: .seconds(4))
        #expect(planted.count == 1 && planted[0].eventIDs.isEmpty)
        clock.advance(by: .seconds(14))
        _ = await simulator.eventCount
        let attack = planted[0].attack
        let ids = await simulator.truth.cases.first { $0.attack == attack }?.eventIDs
        #expect(ids?.count == 41)
    }
}

extension Simulator {
    /// The group ids of users, 0 for none.
    func groups(of ids: [Int]) async -> [Int] {
        var found: [Int] = []
        for id in ids { found.append(groupID(of: id) ?? 0) }
        return found
    }
}
