/* SPDX-License-Identifier: MIT
 * C++: queues, channels, mutexes, semaphores, events. Items may be of any type that can be moved.
 */
#ifndef CIGO_SYNC_HPP
#define CIGO_SYNC_HPP

#include <cigo/task.hpp>

namespace cigo
{
namespace detail
{

/* How an item of type T travels through C: as its bytes, or as a pointer to it. */
template <class T, bool = std::is_trivially_copyable_v<T> &&std::is_default_constructible_v<T>>
struct parcel {
	using type = T;
	static type pack(T item)
	{
		return item;
	}
	static T unpack(type item)
	{
		return item;
	}
	static void drop(type) {}
};
template <class T> struct parcel<T, false> {
	using type = T *;
	static type pack(T item)
	{
		return new T(std::move(item));
	}
	static T unpack(type item)
	{
		const std::unique_ptr<T> own(item);
		return std::move(*own);
	}
	static void drop(type item)
	{
		delete item;
	}
};

/* The result of a get: the item, unless err is an error. */
template <class T> result<T> received(int err, typename parcel<T>::type item)
{
	if (err < 0)
		return result<T>::failed(err);
	return parcel<T>::unpack(item);
}

/* The result of a put, which drops the item if it failed. */
template <class T> result<void> sent(int err, typename parcel<T>::type item)
{
	if (err < 0)
		parcel<T>::drop(item);
	return result<void>::of(err);
}

/* Not copied, not moved: others wait for it by its address. */
struct pinned {
	pinned() = default;
	pinned(const pinned &) = delete;
	pinned &operator=(const pinned &) = delete;
};

} // namespace detail

template <class T> class queue : detail::pinned
{
	using parcel = detail::parcel<T>;
	using item_type = typename parcel::type;

public:
	/* capacity 0: unbounded */
	explicit queue(std::size_t capacity = 0)
		: queue_(cigo_queue_new(sizeof(item_type), capacity))
	{
	}
	~queue()
	{
		item_type item;

		while (cigo_queue_try_get(queue_, &item, sizeof item) == 0)
			parcel::drop(item);
		cigo_queue_free(queue_);
	}
	result<void> put(where ctx, T value)
	{
		item_type item = parcel::pack(std::move(value));
		return detail::sent<T>(cigo_queue_put(ctx, queue_, &item, sizeof item), item);
	}
	result<void> try_put(T value)
	{
		item_type item = parcel::pack(std::move(value));
		return detail::sent<T>(cigo_queue_try_put(queue_, &item, sizeof item), item);
	}
	result<T> get(where ctx)
	{
		item_type item;
		const int err = cigo_queue_get(ctx, queue_, &item, sizeof item);
		return detail::received<T>(err, item);
	}
	template <class R, class P> result<T> get(where ctx, std::chrono::duration<R, P> most)
	{
		item_type item;
		const int err =
			cigo_queue_get_timeout(ctx, queue_, &item, sizeof item, nanoseconds(most));
		return detail::received<T>(err, item);
	}
	result<T> try_get()
	{
		item_type item;
		const int err = cigo_queue_try_get(queue_, &item, sizeof item);
		return detail::received<T>(err, item);
	}
	void task_done()
	{
		cigo_queue_task_done(queue_);
	}
	result<void> join(where ctx)
	{
		return result<void>::of(cigo_queue_join(ctx, queue_));
	}
	void close()
	{
		cigo_queue_close(queue_);
	}
	std::size_t size() const
	{
		return cigo_queue_count(queue_);
	}
	operator cigo_queue *() const noexcept
	{
		return queue_;
	}

private:
	cigo_queue *queue_;
};

template <class T> class channel : detail::pinned
{
	using parcel = detail::parcel<T>;
	using item_type = typename parcel::type;

public:
	/* capacity 0: sender and receiver meet */
	explicit channel(std::size_t capacity = 0)
		: channel_(cigo_channel_new(sizeof(item_type), capacity))
	{
	}
	~channel()
	{
		item_type item;

		while (cigo_channel_try_recv(channel_, &item, sizeof item) == 0)
			parcel::drop(item);
		cigo_channel_free(channel_);
	}
	result<void> send(where ctx, T value)
	{
		item_type item = parcel::pack(std::move(value));
		return detail::sent<T>(cigo_channel_send(ctx, channel_, &item, sizeof item), item);
	}
	result<T> recv(where ctx)
	{
		item_type item;
		const int err = cigo_channel_recv(ctx, channel_, &item, sizeof item);
		return detail::received<T>(err, item);
	}
	result<void> try_send(T value)
	{
		item_type item = parcel::pack(std::move(value));
		return detail::sent<T>(cigo_channel_try_send(channel_, &item, sizeof item), item);
	}
	result<T> try_recv()
	{
		item_type item;
		const int err = cigo_channel_try_recv(channel_, &item, sizeof item);
		return detail::received<T>(err, item);
	}
	void close()
	{
		cigo_channel_close(channel_);
	}
	std::size_t size() const
	{
		return cigo_channel_count(channel_);
	}
	operator cigo_channel *() const noexcept
	{
		return channel_;
	}

private:
	cigo_channel *channel_;
};

class mutex : detail::pinned
{
public:
	/* Holds the mutex until the end of its scope. */
	class guard
	{
	public:
		explicit guard(cigo_mutex *held) noexcept : mutex_(held) {}
		guard(guard &&other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
		guard &operator=(guard &&) = delete;
		~guard()
		{
			unlock();
		}
		void unlock()
		{
			if (mutex_)
				cigo_mutex_unlock(std::exchange(mutex_, nullptr));
		}

	private:
		cigo_mutex *mutex_;
	};

	mutex() : mutex_(cigo_mutex_new()) {}
	~mutex()
	{
		cigo_mutex_free(mutex_);
	}
	result<guard> lock(where ctx)
	{
		const int err = cigo_mutex_lock(ctx, mutex_);

		return err < 0 ? result<guard>::failed(err) : result<guard>(guard(mutex_));
	}
	/* Fails: -EBUSY: another holds it. */
	result<guard> try_lock()
	{
		return cigo_mutex_try_lock(mutex_) ? result<guard>(guard(mutex_))
						   : result<guard>::failed(-EBUSY);
	}
	operator cigo_mutex *() const noexcept
	{
		return mutex_;
	}

private:
	cigo_mutex *mutex_;
};

class semaphore : detail::pinned
{
public:
	/* maximum 0: no limit */
	explicit semaphore(std::size_t initial, std::size_t maximum = 0)
		: semaphore_(cigo_semaphore_new(initial, maximum))
	{
	}
	~semaphore()
	{
		cigo_semaphore_free(semaphore_);
	}
	result<void> acquire(where ctx)
	{
		return result<void>::of(cigo_semaphore_acquire(ctx, semaphore_));
	}
	bool try_acquire()
	{
		return cigo_semaphore_try_acquire(semaphore_);
	}
	void release()
	{
		cigo_semaphore_release(semaphore_);
	}
	std::size_t value() const
	{
		return cigo_semaphore_value(semaphore_);
	}
	operator cigo_semaphore *() const noexcept
	{
		return semaphore_;
	}

private:
	cigo_semaphore *semaphore_;
};

class event : detail::pinned
{
public:
	event() : event_(cigo_event_new()) {}
	~event()
	{
		cigo_event_free(event_);
	}
	void set()
	{
		cigo_event_set(event_);
	}
	void clear()
	{
		cigo_event_clear(event_);
	}
	bool is_set() const
	{
		return cigo_event_is_set(event_);
	}
	result<void> wait(where ctx)
	{
		return result<void>::of(cigo_event_wait(ctx, event_));
	}
	operator cigo_event *() const noexcept
	{
		return event_;
	}

private:
	cigo_event *event_;
};

} // namespace cigo

#endif
