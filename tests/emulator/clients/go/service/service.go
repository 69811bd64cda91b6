// Package service has the names that `drpcli agent` is compiled against: it is no service here.
package service

import "errors"

var errAbsent = errors.New("services are not in this build")

type (
	// System would be what keeps services.
	System struct{}
	// Status would be that of a service.
	Status byte
	// KeyValue would be options.
	KeyValue map[string]any
	// Config would say what to install.
	Config struct {
		Name, DisplayName, Description, UserName, Executable string
		Arguments, Dependencies                              []string
		Option                                               KeyValue
	}
	// Interface is the program behind a service.
	Interface interface {
		Start(Service) error
		Stop(Service) error
	}
	// Logger would be the system's.
	Logger interface {
		Info(...any) error
		Errorf(string, ...any) error
	}
	// Service would be one.
	Service interface {
		Run() error
		Install() error
		Uninstall() error
		Start() error
		Stop() error
		Restart() error
		Status() (Status, error)
		Logger(chan<- error) (Logger, error)
	}
)

// The states of a service.
const (
	StatusRunning Status = iota + 1
	StatusStopped
)

// ChosenSystem is none.
func ChosenSystem() System { return System{} }

// String has no name to say.
func (System) String() string { return "none" }

// New always fails.
func New(Interface, *Config) (Service, error) { return nil, errAbsent }
