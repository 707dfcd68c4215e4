// Package production runs what users get, unchanged, where production's addresses lead to the sandbox: stock
// configuration, stock client libraries, no test hook.
//
// The package's tests run in a network and mount namespace of their own: the only interface is loopback, production's
// names are in a hosts file of the namespace, and a certificate authority that lives as long as the sandbox is trusted.
// Nothing of it is seen outside, and nothing can leave it.
package production

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// inside is set for a test binary that runs in the namespace; its value is the folder for the hosts file.
const inside = "LANDBRIDGE_PRODUCTION"

// metadata is where both clouds have their metadata server.
const metadata = "169.254.169.254"

// hosts are the names that lead to the sandbox.
var hosts = []string{
	"sts.googleapis.com", "iamcredentials.googleapis.com", "us-central1-aiplatform.googleapis.com", "cloudresourcemanager.googleapis.com",
	"accounts.google.com", "www.googleapis.com", "login.microsoftonline.com", "management.azure.com", "swedencentral.oic.prod-aks.azure.com",
}

// reenter runs this very test binary again in namespaces of its own and returns its exit code.
func reenter() (int, error) {
	dir, err := os.MkdirTemp("", "landbridge-production-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command(os.Args[0], os.Args[1:]...)
	cmd.Env = append(os.Environ(), inside+"="+dir)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 { // a user namespace makes root of anybody, where the machine allows it
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("no namespace of one's own: %w", err)
	}
	err = cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// furnish makes the namespace a place where production's names lead to loopback.
func furnish(dir string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	text := "127.0.0.1 localhost " + strings.Join(hosts, " ") + "\n" + metadata + " metadata.google.internal\n"
	file := dir + "/hosts"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return err
	}
	if err := unix.Mount(file, "/etc/hosts", "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("mount hosts: %w", err)
	}
	return loopback()
}

// loopback starts the loopback interface and gives it the metadata servers' address.
func loopback() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	up, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	up.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, up); err != nil {
		return fmt.Errorf("start loopback: %w", err)
	}
	address, err := unix.NewIfreq("lo:1")
	if err != nil {
		return err
	}
	if err := address.SetInet4Addr([]byte{169, 254, 169, 254}); err != nil {
		return err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFADDR, address); err != nil {
		return fmt.Errorf("give loopback %s: %w", metadata, err)
	}
	return nil
}
