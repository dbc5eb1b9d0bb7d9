-- The jobs of one flow in one group, in the order in which the flow has them run (memory/flow_queue.py): packed in
-- the queue's record while they are few, in sorted sets once they take more than ROOM, until the queue is empty.
local flow_queues = {
  ROOM = 2048, -- bytes of a packed queue: some thirty jobs
  CLASS = 2 ^ 41, -- arrivals that one step of priority is worth
}

-- The score of a batch with these many jobs.
function flow_queues.score(priority, oldest, size)
  return -priority * flow_queues.CLASS + oldest + packed_queues.AGEING * size
end

function flow_queues.names_of(job)
  return records.queue_name(job.group, job.flow), jobs.batch(job)
end

function flow_queues.add(call, queue, job)
  local name, batch = flow_queues.names_of(job)
  queue.waiting = queue.waiting + 1
  if queue.sorted == 1 then
    return sorted_queues.add(call, name, batch, job, flow_queues.score)
  end
  local first = flow_queues.score(job.priority, job.arrival, 1)
  queue.packed = packed_queues.with(queue.packed, batch, first, job)
  if #queue.packed > flow_queues.ROOM then
    sorted_queues.fill(call, name, packed_queues.unpack(queue.packed))
    queue.packed, queue.sorted = "", 1
  end
end

function flow_queues.one_less(queue)
  queue.waiting = queue.waiting - 1
  if queue.waiting == 0 then
    queue.sorted = 0
  end
end

function flow_queues.remove(call, queue, job)
  local name, batch = flow_queues.names_of(job)
  if queue.sorted == 1 then
    sorted_queues.remove(call, name, batch, job, flow_queues.score)
  else
    queue.packed = packed_queues.without(queue.packed, batch, job)
  end
  flow_queues.one_less(queue)
end

-- Jobs of the queue that go before this one, as things stand.
function flow_queues.ahead(call, queue, job)
  local name, batch = flow_queues.names_of(job)
  if queue.sorted == 1 then
    return sorted_queues.ahead(call, name, batch, job)
  end
  return packed_queues.ahead(queue.packed, batch, job.arrival)
end

-- The job that is next in a queue that is not empty, and where it was found. One of a packed queue knows neither its
-- document nor its priority.
function flow_queues.first(call, queue, flow_name, group_name)
  if queue.sorted == 1 then
    return sorted_queues.first(call, records.queue_name(group_name, flow_name))
  end
  return packed_queues.first(queue.packed, flow_name, group_name)
end

-- Take out the first job, which was found at this place: its batch moves to where the rest of it belongs.
function flow_queues.remove_first(call, queue, job, place)
  if queue.sorted == 1 then
    sorted_queues.remove_first(call, records.queue_name(job.group, job.flow), job, place)
  else
    queue.packed = packed_queues.without_first(queue.packed, job, place)
  end
  flow_queues.one_less(queue)
end
